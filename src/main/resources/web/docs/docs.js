// Swagger UI (a webjar) shows /openapi.yaml; "Try it out" calls this node.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

SwaggerUIBundle({
  url: '/openapi.yaml', dom_id: '#reference', deepLinking: true, validatorUrl: null, defaultModelsExpandDepth: 0, tryItOutEnabled: true,
  syntaxHighlight: {theme: dark.matches ? 'obsidian' : 'idea'},
});
