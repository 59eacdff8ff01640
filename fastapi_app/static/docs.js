// Shows the schema that lies beside the page: /api/openapi.json, behind nginx /api/fastapi/openapi.json.
window.addEventListener("DOMContentLoaded", () => {
  SwaggerUIBundle({ url: "openapi.json", dom_id: "#swagger", deepLinking: true, validatorUrl: null });
});
