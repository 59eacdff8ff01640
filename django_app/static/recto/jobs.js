/** Jobs as they go on: one watched closely, and the small count in the bar for all that are active. */
import { get, post } from './api.js';
import { health, outage, reportDown } from './health.js';
import { notifications } from './notifications.js';
import { explain, say } from './words.js';

const TYPES = ['job_progress', 'job_finished', 'up', 'down'];
const OVER = new Set(['completed', 'failed', 'cancelled']);
export const isOver = (job) => OVER.has(job.state);

const followed = new Map(); // how many on this page follow a job
export const isFollowed = (id) => followed.has(id);

const PATIENCE = 15_000; // with a connection that speaks of the job, asking is only for safety

/** The events of one job in their order. */
class Feed {
  #events = [];
  #wake = () => {};
  #heard = 0;

  constructor(id) {
    this.id = id;
    this.listen = ({ detail }) => {
      if (detail && detail.job !== id) return;
      this.#heard += detail ? 1 : 0;
      this.#events.push(detail ?? null); // a connection that came or went: ask
      this.#wake();
    };
    for (const type of TYPES) notifications.addEventListener(type, this.listen);
    followed.set(id, (followed.get(id) ?? 0) + 1);
  }

  /** The next event; null when it is time to ask, at the latest after `ms` (longer, if events do come). */
  async next(ms) {
    const wait = notifications.connected && this.#heard ? PATIENCE : ms;
    if (!this.#events.length)
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.#wake = () => resolve(clearTimeout(timer));
      });
    return this.#events.shift() ?? null;
  }

  close() {
    for (const type of TYPES) notifications.removeEventListener(type, this.listen);
    setTimeout(() => this.#forget(), 2000); // that it is over may be told once more, a moment later
  }

  #forget() {
    if (followed.get(this.id) > 1) followed.set(this.id, followed.get(this.id) - 1);
    else followed.delete(this.id);
  }
}

/** The job after an event, or null if the event does not tell enough (or too late). */
function moved(job, event) {
  if (!event || !job.items || isOver(event) || event.done + event.failed < job.done + job.failed) return null;
  const { state, total, done, failed, percent, item } = event;
  const items = job.items.map((each) => (each.position === item.position ? { ...each, ...item } : each));
  return { ...job, state, total, done, failed, percent, items };
}

/** Follows a job to its end, telling `onUpdate` of every state; outages are sat out. Resolves with the last state. */
export async function follow(job, onUpdate) {
  document.dispatchEvent(new CustomEvent('recto:job'));
  const feed = new Feed(Number(job.id));
  let wait = 250;
  try {
    for (onUpdate(job); !isOver(job); onUpdate(job)) {
      job = moved(job, await feed.next(wait)) ?? (await asked(job));
      wait = Math.min(wait * 1.2, 2000);
    }
  } finally {
    feed.close();
  }
  document.dispatchEvent(new CustomEvent('recto:job'));
  return job;
}

/** The job as it is, asking only for what has changed; as it was, if the site is away for the moment. */
async function asked(job) {
  try {
    if (!job.now) return await get(`/api/jobs/${job.id}/`);
    const news = await get(`/api/jobs/${job.id}/?since=${encodeURIComponent(job.now)}`);
    if (news.total !== job.total || news.failed < job.failed) return await get(`/api/jobs/${job.id}/`);
    const changed = new Map(news.items.map((item) => [item.position, item]));
    return { ...news, items: job.items.map((item) => changed.get(item.position) ?? item) };
  } catch (error) {
    if (!outage(error)) throw error;
    reportDown(outage(error));
    await new Promise((resolve) => health.addEventListener('recovered', resolve, { once: true }));
    return job;
  }
}

export const cancel = (job) => post(`/api/jobs/${job.id}/cancel/`, {});
export const retry = (job) => post(`/api/jobs/${job.id}/retry/`, {});

/** Invoices are counted in files: one may have many pages. */
export const told = (job, way) => say(job.kind === 'invoices' ? `job.${way}.files` : `job.${way}`, job);

/** What a job's end means, in a sentence; an event tells it without the items. */
export function ending(job) {
  if (job.kind === 'export' && job.done) return say('job.exported');
  if (job.failed && job.total === 1 && job.items) return explain(job.items.find(({ state }) => state === 'failed'));
  if (job.state === 'cancelled') return told(job, 'cancelled');
  if (job.failed) return told(job, 'failed');
  return told(job, 'completed');
}

export function going(job) {
  if (job.kind === 'export') return say('job.exporting', { percent: job.percent });
  return told(job, 'going');
}

/** Why pages failed, and what is to be said about others, a line for each. */
export function showReasons(list, items) {
  const remarked = items.filter(({ state, code }) => state === 'failed' || (state === 'done' && code));
  list.replaceChildren(
    ...remarked.map((item) => {
      const line = Object.assign(document.createElement('li'), { className: item.state === 'done' ? 'muted' : '' });
      const why = explain(item);
      line.textContent = item.name
        ? say('job.file', { name: item.name, why })
        : say('job.reason', { n: item.number ?? '', why });
      return line;
    }),
  );
}

/** The count in the navigation bar: asked for at load and while something runs, at most once a second. */
export function startIndicator(element) {
  let timer = null;
  let next = 0;
  const ask = async () => {
    clearTimeout(timer);
    next = Date.now() + 1000;
    const answer = await get('/api/jobs/?active=1').catch(() => null);
    const jobs = answer?.results ?? answer ?? [];
    element.hidden = !jobs.length;
    element.textContent = jobs.length === 1 ? `${Math.round(jobs[0].percent)} %` : String(jobs.length);
    element.setAttribute('aria-label', say('jobs.active', { n: jobs.length }));
    if (jobs.length && !document.hidden) timer = setTimeout(ask, notifications.connected ? PATIENCE : 2500);
  };
  const askSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(0, next - Date.now()));
  };
  for (const type of ['job_progress', 'job_finished']) notifications.addEventListener(type, askSoon);
  document.addEventListener('recto:job', ask);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) ask();
  });
  ask();
}
