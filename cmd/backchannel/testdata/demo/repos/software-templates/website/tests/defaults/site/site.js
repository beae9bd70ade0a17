// current is the name of the page that an address leads to.
export function current(path) {
  const name = path.split('/').pop();
  return name === '' ? 'index.html' : name;
}

// mark says which link leads to the page that is shown, for those who see it and those who hear it.
export function mark(links, path) {
  for (const link of links) {
    if (link.getAttribute('href') === current(path)) link.setAttribute('aria-current', 'page');
  }
}

if (typeof document !== 'undefined') mark(document.querySelectorAll('a[href]'), location.pathname);
