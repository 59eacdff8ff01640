/** The end of a job, told wherever one is: on the page, and on the desktop while the tab is hidden, if that is wanted. */
import { ending, isFollowed } from './jobs.js';
import { notifications } from './notifications.js';
import { knows, say } from './words.js';

const SHOWN = 15_000;
const LONG = 10_000; // nobody goes away for less
const KEY = 'recto-desktop';
const begun = new Map(); // job → when it was first heard of

const what = ({ kind }) => (knows(`kind.${kind}`) ? say(`kind.${kind}`) : say('kind.other'));
const address = ({ document: id }) => (id ? `/documents/${id}/` : '/jobs/');

function toast(job) {
  const box = Object.assign(document.createElement('div'), { className: 'toast-paper' });
  box.dataset.job = job.job;
  const link = Object.assign(document.createElement('a'), { href: address(job), textContent: what(job) });
  const words = Object.assign(document.createElement('span'), { textContent: ending(job) });
  const close = Object.assign(document.createElement('button'), { type: 'button', className: 'btn-close' });
  close.setAttribute('aria-label', say('dismiss'));
  close.addEventListener('click', () => box.remove());
  box.append(link, words, close);
  document.getElementById('toasts').append(box);
  const fade = () => (box.matches(':hover, :focus-within') ? setTimeout(fade, SHOWN) : box.remove());
  setTimeout(fade, SHOWN);
}

export const desktop = {
  get possible() {
    return 'Notification' in window && Notification.permission !== 'denied';
  },
  get wanted() {
    try {
      return this.possible && Notification.permission === 'granted' && localStorage.getItem(KEY) === 'on';
    } catch {
      return false;
    }
  },
  /** Asks the browser only from a click. */
  async want(yes) {
    const isAllowed = yes && (await Notification.requestPermission()) === 'granted';
    localStorage.setItem(KEY, isAllowed ? 'on' : 'off');
    return isAllowed;
  },
};

function tellDesktop(job) {
  // One tag: of several tabs the last one speaks.
  const options = { body: ending(job), tag: `recto-job-${job.job}`, lang: document.documentElement.lang };
  const shown = new Notification(what(job), options);
  shown.addEventListener('click', () => {
    window.focus();
    location.assign(address(job));
  });
}

export function startFinished() {
  notifications.addEventListener('job_progress', ({ detail: { job } }) => {
    if (!begun.has(job)) begun.set(job, Date.now());
  });
  notifications.addEventListener('job_finished', ({ detail: job }) => {
    const isLong = Date.now() - (begun.get(job.job) ?? 0) >= LONG;
    begun.delete(job.job);
    if (document.hidden && isLong && desktop.wanted) tellDesktop(job);
    if (!isFollowed(job.job)) toast(job);
  });
}
