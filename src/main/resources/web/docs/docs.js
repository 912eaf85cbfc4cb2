// Swagger UI (a webjar) shows /openapi.yaml; "Try it out" calls this node.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

// The contract names localhost:4000; requests go to the node that served this page.
function here(request) {
  const {pathname, search} = new URL(request.url, location);
  return Object.assign(request, {url: location.origin + pathname + search});
}

SwaggerUIBundle({
  url: '/openapi.yaml', dom_id: '#reference', deepLinking: true, validatorUrl: null, defaultModelsExpandDepth: 0, tryItOutEnabled: true,
  requestInterceptor: here,
  syntaxHighlight: {theme: dark.matches ? 'obsidian' : 'idea'},
});
