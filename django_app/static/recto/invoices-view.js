/** The part of the page that the server draws, #invoices: fetched anew in its place, by address, by filter, by sort. */

const PART = 'invoices';
const TYPED = 350; // ms after the last letter of a search

let asked = 0;

/**
 * Puts the part as the server draws it now in the place of the one that is shown; what is open stays open. An answer
 * that comes after a later question's is not shown, and none before a menu is closed that is open.
 */
export async function fresh(url) {
  const number = ++asked;
  const answer = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return;
  const part = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(PART);
  const [shown, held] = [document.getElementById(PART), document.activeElement];
  if (!part || number < asked) return;
  if (shown.querySelector('.dropdown-menu.show')) return shown.addEventListener('hidden.bs.dropdown', here, { once: true });
  for (const { id, open } of shown.querySelectorAll('details[id]'))
    part.querySelector(`#${id}`)?.toggleAttribute('open', open);
  if (part.isEqualNode(shown)) return;
  const again = shown.contains(held) && selector(held);
  const typed = held instanceof HTMLInputElement ? [held.value, held.selectionStart] : null;
  shown.replaceWith(document.adoptNode(part));
  if (again) refocus(document.querySelector(again), typed);
}

const here = () => fresh(location.href).catch(() => {}); // an outage is told by others

/** Where the keyboard is, in words that hold for the new part too. */
function selector(element) {
  if (element.id) return `#${element.id}`;
  if (element.hasAttribute('href')) return `#${PART} a[href="${CSS.escape(element.getAttribute('href'))}"]`;
  const anomaly = element.closest('[data-key]');
  return anomaly && `[data-key="${CSS.escape(anomaly.dataset.key)}"] button:not([hidden])`;
}

function refocus(element, typed) {
  if (typed && element) element.value = typed[0];
  element?.focus({ preventScroll: true });
  if (typed && element?.type === 'search') element.setSelectionRange(typed[1], typed[1]);
}

/** Filters and sorts without leaving the page; the address goes along, and Back comes back. */
export function stay(trouble) {
  const go = (url) => {
    history.pushState(null, '', url);
    return fresh(url).catch(trouble);
  };
  const filtered = (form) => {
    const given = [...new FormData(form)].filter(([, value]) => value !== '');
    return go(`?${new URLSearchParams(given)}`);
  };
  let timer = null;
  document.addEventListener('submit', (event) => {
    if (event.target.id !== 'invoice-filter') return;
    event.preventDefault();
    filtered(event.target);
  });
  document.addEventListener('change', ({ target }) => {
    if (target.matches('#invoice-filter select')) filtered(target.form);
  });
  document.addEventListener('input', ({ target }) => {
    if (target.id !== 'filter-q') return;
    clearTimeout(timer);
    timer = setTimeout(() => filtered(target.form), TYPED);
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest(`#${PART} a[href^="?"]`);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.getAttribute('href'));
  });
  addEventListener('popstate', () => fresh(location.href).catch(trouble));
}
