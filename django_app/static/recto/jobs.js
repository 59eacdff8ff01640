/** Jobs as they go on: one watched closely, and the small count in the bar for all that are active. */
import { get, post } from './api.js';
import { health, outage, reportDown } from './health.js';
import { explain, say } from './words.js';

const OVER = new Set(['completed', 'failed', 'cancelled']);
export const isOver = (job) => OVER.has(job.state);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Follows a job to its end, telling `onUpdate` of every state; outages are sat out. Resolves with the last state. */
export async function follow(job, onUpdate) {
  document.dispatchEvent(new CustomEvent('recto:job'));
  let wait = 250;
  for (onUpdate(job); !isOver(job); onUpdate(job)) {
    await pause(wait);
    wait = Math.min(wait * 1.2, 2000);
    try {
      job = await get(`/api/jobs/${job.id}/`);
    } catch (error) {
      if (!outage(error)) throw error;
      reportDown(outage(error));
      await new Promise((resolve) => health.addEventListener('recovered', resolve, { once: true }));
    }
  }
  document.dispatchEvent(new CustomEvent('recto:job'));
  return job;
}

export const cancel = (job) => post(`/api/jobs/${job.id}/cancel/`, {});
export const retry = (job) => post(`/api/jobs/${job.id}/retry/`, {});

/** What a job's end means, in a sentence. */
export function ending(job) {
  if (job.failed && job.total === 1) return explain(job.items.find(({ state }) => state === 'failed'));
  if (job.state === 'cancelled') return say('job.cancelled', { done: job.done, total: job.total });
  if (job.failed) return say('job.failed', { failed: job.failed, total: job.total });
  return say('job.completed', { total: job.total });
}

export const going = (job) => say('job.going', { done: job.done, total: job.total });

/** The count in the navigation bar: asked for at load and while something runs. */
export function startIndicator(element) {
  let timer = null;
  const ask = async () => {
    clearTimeout(timer);
    const answer = await get('/api/jobs/?active=1').catch(() => null);
    const jobs = answer?.results ?? answer ?? [];
    element.hidden = !jobs.length;
    element.textContent = jobs.length === 1 ? `${Math.round(jobs[0].percent)} %` : String(jobs.length);
    element.setAttribute('aria-label', say('jobs.active', { n: jobs.length }));
    if (jobs.length && !document.hidden) timer = setTimeout(ask, 2500);
  };
  document.addEventListener('recto:job', ask);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) ask();
  });
  ask();
}
