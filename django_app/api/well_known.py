from django.urls import path

from django_app.api import tokens

urlpatterns = [path(".well-known/jwks.json", tokens.jwks, name="jwks")]
