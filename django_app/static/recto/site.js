/** On every page: the place in the navigation, the jobs in the bar and their ends, dialogs opened by buttons. */
import { startFinished } from './finished.js';
import { health } from './health.js';
import { startIndicator } from './jobs.js';

for (const link of document.querySelectorAll('.recto-nav .nav-link')) {
  if (location.pathname.startsWith(new URL(link.href).pathname)) link.setAttribute('aria-current', 'page');
}

const indicator = document.getElementById('jobs-indicator');
if (indicator) startIndicator(indicator);
startFinished();

for (const dialog of document.querySelectorAll('dialog[data-open]')) dialog.showModal();

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]');
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const closer = event.target.closest('[data-close-dialog]');
  if (closer) closer.closest('dialog').close();
  if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
});

function outside({ target, clientX: x, clientY: y }) {
  const box = target.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

// A picture that cannot be had leaves its frame empty, and is asked for again when the services are back.
const isMissing = (image) => image.complete && image.naturalWidth === 0 && image.hasAttribute('src');
const miss = (image) => image.classList.add('image-missing');
document.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLImageElement) miss(target);
  },
  true,
);
document.addEventListener('load', ({ target }) => target.classList?.remove('image-missing'), true);
[...document.images].filter(isMissing).forEach(miss);
health.addEventListener('recovered', () => {
  for (const image of document.querySelectorAll('img.image-missing')) image.src = image.getAttribute('src');
});
