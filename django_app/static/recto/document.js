/** The document: uploads, the grid of its pages, a quick Process with before and after, and jobs over all pages. */
import './compare.js';
import { get, patch, post, send } from './api.js';
import { ask } from './confirm.js';
import { outcome } from './fastapi-client.js';
import { keepFocus, whileBusy } from './focus.js';
import { Grid } from './grid.js';
import { outage, reportDown } from './health.js';
import { cancel, ending, follow, going } from './jobs.js';
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

async function applyChosen() {
  return post(`/api/documents/${config.document}/jobs/`, { kind: 'apply', recipe: await chosenRecipe() });
}

/** A job over pages: how it goes in words and bar, a mark on every page, and at the end new thumbnails. */
async function run(begin) {
  const box = byId('job-progress');
  box.dataset.state = 'running';
  box.hidden = false;
  try {
    let job = await begin();
    byId('job-cancel').onclick = () => cancel(job).catch(trouble);
    job = await follow(job, (state) => {
      job = state;
      box.querySelector('progress').value = state.percent;
      box.querySelector('.job-words').textContent = going(state);
      for (const item of state.items) grid.mark(item.page, item.state);
    });
    await Promise.all(
      job.items
        .filter(({ page }) => grid.find(page))
        .map(async ({ page }) => grid.fill(grid.find(page), await get(`/api/pages/${page}/`))),
    );
    tell(ending(job));
  } catch (error) {
    trouble(error);
  } finally {
    box.dataset.state = '';
    box.hidden = true;
  }
}

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
  if (!(await ask(say('apply.sure', { total: grid.ids.length }), say('apply.all')))) return;
  whileBusy(button, () => run(applyChosen));
});
on('read-all', () => {
  byId('read-dialog').returnValue = ''; // else Escape would answer as the time before
  byId('read-dialog').showModal();
});
byId('read-dialog')?.addEventListener('close', ({ target }) => {
  const languages = [...target.querySelectorAll('[name=language]:checked')].map(({ value }) => value);
  if (target.returnValue !== 'read' || !languages.length) return;
  const begin = () => post(`/api/documents/${config.document}/jobs/`, { kind: 'read', languages });
  whileBusy(byId('read-all'), () => run(begin));
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
