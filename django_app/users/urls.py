from django.contrib.auth import views as auth
from django.urls import path

from django_app.users import login, security, views

app_name = "users"

FORM = ["get", "head", "post"]  # Django's own views would take PUT for POST

urlpatterns = [
    path("signup/", views.signup, name="signup"),
    path("login/", login.LogIn.as_view(http_method_names=FORM), name="login"),
    path("second-factor/", login.second_step, name="second-factor"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", security.ChangePassword.as_view(http_method_names=FORM), name="password"),
    path(
        "password/done/",
        auth.PasswordChangeDoneView.as_view(template_name="users/password_done.html"),
        name="password_done",
    ),
    path("security/", security.overview, name="security"),
    path("security/sessions/end/", security.end_sessions, name="end-sessions"),
    path("security/second-factor/on/", security.turn_on, name="second-factor-on"),
    path("security/second-factor/off/", security.turn_off, name="second-factor-off"),
    path("security/second-factor/codes/", security.new_codes, name="second-factor-codes"),
]
