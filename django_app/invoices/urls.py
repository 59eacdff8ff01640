from django.urls import path

from django_app.invoices import views

app_name = "invoices"

urlpatterns = [
    path("<int:project_id>/invoices/", views.listing, name="list"),
    path("<int:project_id>/invoices/next/", views.following, name="next"),
    path("<int:project_id>/invoices/<int:invoice_id>/", views.detail, name="detail"),
]
