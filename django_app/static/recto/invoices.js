/** The invoices of a project: files come in, tasks go on, the table follows; its choices stand in the address. */
import { get, post, remove, send } from './api.js';
import { DocumentJobs } from './document-jobs.js';
import { keepFocus, whileBusy } from './focus.js';
import { outage, reportDown } from './health.js';
import { InvoiceUpload } from './invoice-upload.js';
import { fresh, stay } from './invoices-view.js';
import { chosenLanguages } from './languages.js';
import { announce, explain, say } from './words.js';

const OFTEN = 1500; // ms between two looks at a table that fills
const CHECKED = 1200; // ms until the findings are looked at again

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId('page-config').textContent);
const status = byId('invoices-status');

function tell(text) {
  status.textContent = text;
  announce(text);
}

function trouble(error) {
  if (error.name === 'AbortError') return;
  if (outage(error)) reportDown(outage(error));
  tell(explain(error));
}

let timer = null;

/** Looks at the table again, but not more often than a person can read; while findings are old, until they are new. */
function look(soon = OFTEN) {
  timer ??= setTimeout(async () => {
    timer = null;
    await fresh(location.href).catch(trouble);
    if (byId('invoices').dataset.stale === 'true') look(CHECKED);
  }, soon);
}

const jobs = new DocumentJobs({ list: byId('job-list'), row: byId('job-row'), trouble, back: byId('invoice-upload') });
const followed = new Set();
jobs.addEventListener('update', () => look());
jobs.addEventListener('end', () => look(200));

async function follow(id) {
  if (followed.has(id)) return;
  followed.add(id);
  await jobs.show(await get(`/api/jobs/${id}/`)).catch(trouble);
  followed.delete(id);
}

if (config.editable) {
  const upload = new InvoiceUpload({
    input: byId('invoice-upload'),
    zone: document.body,
    panel: byId('sending'),
    url: config.upload,
    languages: () => chosenLanguages(document),
  });
  upload.addEventListener('task', ({ detail }) => follow(detail));
  jobs.addEventListener('end', () => upload.read());
  addEventListener('beforeunload', (event) => {
    if (upload.busy) event.preventDefault();
  });
}

stay(trouble);

async function judge(button, verb) {
  const item = button.closest('.anomaly');
  const other = item.querySelector(verb === 'dismiss' ? '.anomaly-restore' : '.anomaly-dismiss');
  await whileBusy(button, async () => {
    const key = item.dataset.key;
    if (verb === 'dismiss') await post(config.dismissals, { key });
    else await remove(`${config.dismissals}?key=${encodeURIComponent(key)}`);
  });
  item.toggleAttribute('data-dismissed', verb === 'dismiss');
  other.hidden = false;
  keepFocus(button, () => (button.hidden = true), other);
  announce(say(`anomaly.${verb}`));
  look(200);
}

document.addEventListener('click', (event) => {
  const verb = { 'anomaly-dismiss': 'dismiss', 'anomaly-restore': 'restore' };
  for (const [name, what] of Object.entries(verb)) {
    const button = event.target.closest(`.${name}`);
    if (button) judge(button, what).catch(trouble);
  }
});

/**
 * A choice closes the menu. With the mark, those of the list that are confirmed become exported; without it the link is
 * a download like any other.
 */
document.addEventListener('click', (event) => {
  const link = event.target.closest('#export-menu a');
  if (!link) return;
  window.bootstrap.Dropdown.getInstance(byId('export-btn'))?.hide();
  byId('export-btn').focus();
  if (!byId('export-mark')?.checked) return;
  event.preventDefault();
  exported(link.href).catch(trouble);
});

async function exported(url) {
  const answer = await send('POST', url, { headers: { Accept: '*/*' } });
  const name = answer.headers.get('Content-Disposition')?.match(/filename="?([^";]+)/)?.[1] ?? 'invoices.json';
  const href = URL.createObjectURL(await answer.blob());
  Object.assign(document.createElement('a'), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
  tell(say('invoices.exported'));
  look(200);
}

for (const id of byId('invoices').dataset.jobs.split(' ').filter(Boolean)) follow(id);
if (byId('invoices').dataset.stale === 'true') look(CHECKED);
