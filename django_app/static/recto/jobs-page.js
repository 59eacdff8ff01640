/** The table of jobs: rows that are not over follow their job; cancel and retry. */
import { get } from './api.js';
import { keepFocus } from './focus.js';
import { outage, reportDown } from './health.js';
import { cancel, follow, going, isOver, retry, showReasons, told } from './jobs.js';
import { announce, duration, explain, moment, say } from './words.js';

function show(row, job) {
  row.dataset.state = job.state;
  const state = row.querySelector('.state');
  state.className = `state state-${job.state}`;
  state.textContent = say(`state.${job.state}`);
  row.querySelector('progress').value = job.percent;
  row.querySelector('.job-words').textContent = job.failed ? told(job, 'going_failed') : going(job);
  showButtons(row, job);
  showReasons(row.querySelector('.job-reasons'), job.items);
  showDuration(row, job.started_at, job.finished_at);
}

function showButtons(row, job) {
  const [stop, again] = [row.querySelector('.job-cancel'), row.querySelector('.job-retry')];
  const change = () => {
    stop.hidden = isOver(job);
    row.querySelector('.job-result').hidden = !job.result;
    again.hidden = !isOver(job) || !job.failed;
  };
  keepFocus(row.querySelector('.job-buttons'), change, stop, again, row.querySelector('.job-what a'));
}

function showDuration(row, started, finished) {
  if (!started) return;
  const end = finished ? new Date(finished) : new Date();
  row.querySelector('.job-duration').textContent = duration(Math.max(0, (end - new Date(started)) / 1000));
}

async function watch(row, job = { id: row.dataset.job, state: 'queued' }) {
  try {
    await follow(job, (state) => {
      if ('percent' in state) show(row, state);
    });
  } catch (error) {
    trouble(error);
  }
}

function trouble(error) {
  if (outage(error)) reportDown(outage(error));
  document.getElementById('jobs-status').textContent = explain(error);
  announce(explain(error));
}

for (const row of document.querySelectorAll('tr[data-job]')) {
  const job = { id: row.dataset.job };
  const time = row.querySelector('time');
  time.textContent = moment(time.dateTime);
  const { started, finished } = row.querySelector('.job-duration').dataset;
  showDuration(row, started, finished);
  row.querySelector('.job-cancel')?.addEventListener('click', () => cancel(job).catch(trouble));
  row.querySelector('.job-retry')?.addEventListener('click', () =>
    retry(job)
      .then((state) => watch(row, state?.id ? state : undefined))
      .catch(trouble),
  );
  if (!isOver({ state: row.dataset.state })) watch(row);
  else if (Number(row.dataset.failed))
    get(`/api/jobs/${job.id}/`)
      .then(({ items }) => showReasons(row.querySelector('.job-reasons'), items))
      .catch(trouble);
}
