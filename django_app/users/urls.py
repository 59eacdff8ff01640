from django.contrib.auth import views as auth
from django.urls import path, reverse_lazy

from django_app.users import views
from django_app.users.forms import LoginForm

app_name = "users"

FORM = ["get", "head", "post"]  # Django's own views would take PUT for POST

urlpatterns = [
    path("signup/", views.signup, name="signup"),
    path(
        "login/",
        auth.LoginView.as_view(
            template_name="users/login.html",
            authentication_form=LoginForm,
            redirect_authenticated_user=True,
            http_method_names=FORM,
        ),
        name="login",
    ),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path(
        "password/",
        auth.PasswordChangeView.as_view(
            template_name="users/password.html",
            success_url=reverse_lazy("users:password_done"),
            http_method_names=FORM,
        ),
        name="password",
    ),
    path(
        "password/done/",
        auth.PasswordChangeDoneView.as_view(template_name="users/password_done.html"),
        name="password_done",
    ),
]
