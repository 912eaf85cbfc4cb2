// Swagger UI (a webjar) shows /openapi.yaml; "Try it out" calls this node.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

// The contract names localhost:4000; requests go to the node that served this page, with the token of whoever has logged in to the console.
function here(request) {
  const {pathname, search} = new URL(request.url, location);
  Object.assign(request.headers ??= {}, {'x-requested-with': 'mycelium'});
  return Object.assign(request, {url: location.origin + pathname + search});
}

// What Swagger UI leaves out for keyboards and screen readers: names of fields, code that is scrolled without a pointer, and no link inside a button.
function mend(reference) {
  for (const field of reference.querySelectorAll('input:not([aria-label]), select:not([aria-label]), textarea:not([aria-label])')) {
    field.ariaLabel = field.closest('[data-param-name]')?.dataset.paramName ?? (field.matches('textarea') ? 'Request body' : 'Example');
  }
  for (const code of reference.querySelectorAll('pre:not([tabindex])')) code.tabIndex = 0;
  for (const link of reference.querySelectorAll('button a[href]')) link.removeAttribute('href');
}

const reference = document.getElementById('reference');
new MutationObserver(() => mend(reference)).observe(reference, {childList: true, subtree: true});

SwaggerUIBundle({
  url: '/openapi.yaml', dom_id: '#reference', deepLinking: true, validatorUrl: null, defaultModelsExpandDepth: 0, tryItOutEnabled: true,
  requestInterceptor: here,
  syntaxHighlight: {theme: dark.matches ? 'obsidian' : 'idea'},
});
