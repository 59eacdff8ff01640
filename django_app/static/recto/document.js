/** The document: uploads, the grid of its pages, a quick Process with before and after, and jobs over all pages. */
import './compare.js';
import { get, patch, post, send } from './api.js';
import { ask } from './confirm.js';
import { outcome } from './fastapi-client.js';
import { keepFocus, whileBusy } from './focus.js';
import { Grid } from './grid.js';
import { outage, reportDown } from './health.js';
import { DocumentJobs } from './document-jobs.js';
import { ending } from './jobs.js';
import { chosenLanguages, requireLanguage } from './languages.js';
import { Uploads } from './upload.js';
import { announce, explain, say } from './words.js';

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId('page-config').textContent);
const grid = new Grid(byId('page-grid'), byId('page-card'), { document: config.document, editable: config.editable });
const status = byId('document-status');
let newest = grid.ids.at(-1) ?? null;
let uploads = null;
let result = null;

const tell = (text) => {
  status.textContent = text;
  announce(text);
};

function trouble(error) {
  if (outage(error)) reportDown(outage(error));
  tell(explain(error));
}

function counted() {
  const count = grid.ids.length;
  byId('no-pages').hidden = count > 0;
  byId('page-count').textContent = say('pages.count', { n: count });
  for (const button of document.querySelectorAll('.needs-pages')) button.disabled = count === 0 && !uploads?.busy;
}

if (byId('image-upload')) {
  uploads = new Uploads({
    input: byId('image-upload'),
    zone: document.body,
    list: byId('uploads'),
    row: byId('upload-row'),
    url: `/api/documents/${config.document}/pages/`,
  });
  uploads.addEventListener('pages', ({ detail: pages }) => {
    grid.add(pages);
    newest = pages.at(-1).id;
  });
  byId('image-upload').addEventListener('change', counted);
  uploads.addEventListener('idle', counted);
  addEventListener('beforeunload', (event) => {
    if (uploads.busy) event.preventDefault();
  });
}
grid.addEventListener('count', counted);
grid.addEventListener('trouble', ({ detail }) => tell(detail));
counted();

/** The recipe of the menu's choice: one step, a preset of the project, or null for what the engine finds a page needs. */
async function chosenRecipe() {
  const step = byId('process-operation').value;
  if (step === 'auto') return null;
  const preset = step.match(/^preset-(\d+)$/)?.[1];
  return { version: 1, steps: preset ? (await get(`${config.presets}${preset}/`)).steps : [{ step }] };
}

async function processPage() {
  const panel = byId('result-panel');
  panel.hidden = false;
  panel.dataset.state = 'running';
  byId('result-note').textContent = say(uploads?.busy ? 'upload.wait' : 'run.working');
  panel.scrollIntoView({ block: 'nearest' });
  try {
    await uploads?.settled();
    const page = grid.selected[0] ?? (grid.find(newest) ? newest : grid.ids.at(-1));
    if (!page) throw { code: 'no_page' };
    await showResult(page, await chosenRecipe());
  } catch (error) {
    panel.dataset.state = 'failed';
    byId('result-note').textContent = explain(error);
    trouble(error);
  }
}

async function showResult(page, recipe) {
  const facts = await get(`/api/pages/${page}/`);
  const original = facts.versions.find((version) => version.is_original && !version.reverts);
  const before = document.querySelector('.before-image');
  Object.assign(before, { width: original.width, height: original.height, src: original.thumbnail });
  byId('result-compare').style.setProperty('--ratio', `${original.width} / ${original.height}`);
  const began = performance.now();
  const body = new FormData();
  body.append('page', page);
  if (recipe) body.append('recipe', JSON.stringify(recipe));
  const answer = await outcome(await send('POST', '/api/fastapi/auto-process/', { body, headers: { Accept: '*/*' } }));
  const seconds = ((performance.now() - began) / 1000).toFixed(performance.now() - began < 995 ? 2 : 1);
  await paint(answer.blob);
  result = { page, recipe: answer.recipe || recipe };
  byId('result-panel').dataset.state = 'done';
  byId('result-open').href = facts.url;
  before.src = original.image;
  byId('result-note').textContent = say('process.completed', { seconds });
  announce(say('process.completed', { seconds }));
}

/** Puts the result into the page; the image appears only when it can be drawn. */
async function paint(blob) {
  const old = document.querySelector('.result-image');
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  Object.assign(image, { className: 'result-image', alt: say('result.alt') });
  image.dataset.side = 'after';
  if (old?.src) URL.revokeObjectURL(old.src);
  if (old) old.replaceWith(image);
  else byId('result-compare').prepend(image);
  byId('result-compare').split = true;
}

/** The pages chosen, in the form of an order; all if none is. */
const chosen = () => (grid.selected.length ? { pages: grid.selected } : {});

const order = (facts) => post(`/api/documents/${config.document}/jobs/`, { ...facts, ...chosen() });

const jobs = new DocumentJobs({
  list: byId('job-list'),
  row: byId('job-row'),
  trouble,
  back: byId('process-btn'),
});
const asked = new Set(); // new pages that are on their way to the grid
jobs.addEventListener('update', ({ detail: job }) => {
  for (const item of job.items) {
    if (job.kind !== 'import') grid.mark(item.page, item.state);
    else if (item.page && !grid.find(item.page)) bring(item.page);
  }
});
jobs.addEventListener('end', ({ detail: job }) => tell(ending(job)));

async function bring(id) {
  if (asked.has(id)) return;
  asked.add(id);
  try {
    grid.insert(await get(`/api/pages/${id}/`));
  } catch (error) {
    trouble(error);
  } finally {
    asked.delete(id);
  }
}

/** A job over pages: a row that tells how it goes, a mark on every page, and at the end new thumbnails. */
async function run(begin) {
  try {
    const job = await jobs.show(await begin());
    if (job.kind === 'export' || job.kind === 'import') return;
    const shown = job.items.filter(({ page, state }) => state === 'done' && grid.find(page));
    for (const { page } of shown) grid.fill(grid.find(page), await get(`/api/pages/${page}/`));
  } catch (error) {
    trouble(error);
  }
}

function selected() {
  const [count, total] = [grid.selected.length, grid.ids.length];
  for (const each of document.querySelectorAll('.for-all')) each.hidden = count > 0;
  for (const each of document.querySelectorAll('.for-some')) each.hidden = count === 0;
  const all = byId('select-all');
  if (!all) return;
  Object.assign(all, { checked: count > 0 && count === total, indeterminate: count > 0 && count < total });
  byId('selected-count').textContent = count ? say('pages.selected', { n: count, total }) : '';
}
grid.addEventListener('selection', selected);
grid.addEventListener('count', selected);
byId('select-all')?.addEventListener('change', ({ target }) => grid.selectAll(target.checked));
uploads?.addEventListener('job', ({ detail }) => run(async () => detail));
selected();
jobs.resume(config.document).catch(trouble);

const on = (id, action) => byId(id)?.addEventListener('click', ({ currentTarget }) => action(currentTarget));

on('process-btn', (button) => whileBusy(button, processPage));
on('result-close', () => {
  const panel = byId('result-panel');
  keepFocus(panel, () => (panel.hidden = true), byId('process-btn'));
});
on('save-version', (button) =>
  whileBusy(button, () => run(() => post(`/api/pages/${result.page}/versions/`, { recipe: result.recipe }))),
);
on('apply-all', async (button) => {
  const count = grid.selected.length;
  const sure = count ? say('apply.sure.some', { total: count }) : say('apply.sure', { total: grid.ids.length });
  if (!(await ask(sure, visibleWords(button)))) return;
  whileBusy(button, () => run(async () => order({ kind: 'apply', recipe: await chosenRecipe() })));
});
on('read-all', () => open('read-dialog'));
on('export-all', () => open('export-dialog'));

const visibleWords = (button) => button.querySelector('span:not([hidden])').textContent;

function open(id) {
  byId(id).returnValue = ''; // else Escape would answer as the time before
  byId(id).showModal();
}

byId('export-dialog')?.addEventListener('close', ({ target }) => {
  if (target.returnValue !== 'export') return;
  whileBusy(byId('export-all'), () => run(() => order({ kind: 'export', format: byId('export-format').value })));
});
if (byId('read-dialog')) requireLanguage(byId('read-dialog'));
byId('read-dialog')?.addEventListener('close', ({ target }) => {
  if (target.returnValue !== 'read') return;
  const languages = chosenLanguages(target);
  whileBusy(byId('read-all'), () => run(() => order({ kind: 'read', languages })));
});
byId('rename-form')?.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const { name } = await patch(`/api/documents/${config.document}/`, { name: event.target.elements.name.value });
    for (const place of document.querySelectorAll('.document-name')) place.textContent = name;
    byId('rename-dialog').close();
  } catch (error) {
    trouble(error);
  }
});
