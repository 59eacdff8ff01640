/** The page view: loads the page's facts and lets stage, panels, keys and services meet. */
import { get } from './api.js';
import { FastAPIClient } from './fastapi-client.js';
import { engineOutage, health, outage, reportDown } from './health.js';
import { LiveSocket } from './live.js';
import { Placing } from './placing.js';
import { Presets } from './presets.js';
import { Process } from './process.js';
import { Read } from './read.js';
import { RecipeForm } from './recipe-form.js';
import { startSheet } from './sheet.js';
import { startShortcuts } from './shortcuts.js';
import { Stage } from './stage.js';
import { Steps } from './steps.js';
import { Versions } from './versions.js';
import { explain, say } from './words.js';

const data = (id) => JSON.parse(document.getElementById(id).textContent);
const byId = (id) => document.getElementById(id);

const config = data('page-config');
const client = new FastAPIClient('/api/fastapi');
const stage = new Stage(byId('stage'));
const read = new Read({ config, stage, panel: byId('panel-text') });
const versions = new Versions({
  config,
  panel: byId('panel-versions'),
  row: byId('version-row'),
  onShow: show,
  onChange: load,
});
config.shown = () => versions.shown;
let process = null;

async function load() {
  const page = await get(`/api/pages/${config.page}/`);
  versions.load(page);
  show(versions.current);
}

async function show(version) {
  try {
    await stage.showVersion(version);
  } catch {
    byId('stage-caption').textContent = say('stage.failed');
    const kind = await engineOutage();
    if (kind) reportDown(kind);
  }
}

stage.addEventListener('shown', ({ detail: { n, width, height } }) => {
  byId('stage-placeholder').hidden = true;
  byId('stage-caption').textContent = say('stage.caption', { n, width, height });
});

/** The form needs the engine's own description; without it the panel says so, and comes to life when it is back. */
async function startProcess() {
  const panel = byId('panel-process');
  if (process || !panel.querySelector('#recipe-form')) return;
  const info = data('engine-info') || (await client.info());
  const form = new RecipeForm(byId('recipe-form'), info, byId('preset-select'));
  const live = new LiveSocket((options) => client.token(config.page, { ...options, version: versions.original.id }));
  process = new Process({
    config,
    stage,
    form,
    placing: new Placing({ stage, form, original: versions.original }),
    client,
    live,
    panel,
    steps: new Steps(byId('run')),
    original: versions.original,
    onSaved: load,
  });
  panel.dataset.state = 'ready';
  for (const button of panel.querySelectorAll('button:disabled')) button.disabled = false;
  addEventListener('pagehide', () => live.close());
  new Presets({ url: config.presets, form, panel }).load().catch((error) => outage(error) && reportDown(outage(error)));
}

async function start() {
  try {
    await load();
    await startProcess();
  } catch (error) {
    const kind = outage(error);
    if (kind) reportDown(kind);
    else byId('stage-caption').textContent = explain(error);
  }
}

health.addEventListener('recovered', () => {
  if (!process || stage.element.dataset.state === 'failed') start();
  if (byId('panel-text').dataset.state === 'failed') read.load();
});

for (const tab of document.querySelectorAll('[data-bs-toggle=tab]')) {
  tab.addEventListener('shown.bs.tab', () => {
    for (const panel of document.querySelectorAll('.side [role=tabpanel]'))
      panel.hidden = panel.id !== tab.getAttribute('aria-controls');
    read.shown();
    if (byId('side').dataset.size === 'closed') byId('side').dataset.size = 'half';
  });
}

startSheet(byId('side'), byId('sheet-handle'));
startShortcuts(stage);
start();
if (config.read) read.load();
else byId('panel-text').dataset.state = 'unread';
if (!data('engine-info')) {
  byId('panel-process').dataset.state = 'absent';
  reportDown('engine_down');
}
