/** The status page as the server draws it now, every fifteen seconds; the keyboard stays where it is. */

const EVERY = 15_000; // ms

async function renew() {
  const shown = document.getElementById('status');
  const answer = await fetch(location.href, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const part = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('status');
  const held = shown.contains(document.activeElement) && place(document.activeElement);
  shown.replaceWith(document.adoptNode(part));
  if (held) document.querySelector(held)?.focus({ preventScroll: true });
}

/** Where the keyboard is, in words that hold for the new page too. */
function place(element) {
  const [name, value] = element.hasAttribute('href')
    ? ['href', element.getAttribute('href')]
    : ['aria-label', element.getAttribute('aria-label')];
  return `#status [${name}="${CSS.escape(value)}"]`;
}

function trouble() {
  const words = document.getElementById('status-trouble');
  words.textContent = document.getElementById('status-words').dataset.stale;
}

setInterval(() => {
  if (!document.hidden) renew().catch(trouble);
}, EVERY);
