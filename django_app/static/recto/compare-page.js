/** Two versions of a page against each other. */
import { get } from './api.js';
import { outage, reportDown } from './health.js';
import { startShortcuts } from './shortcuts.js';
import { Stage } from './stage.js';
import { inWords, numbered } from './versions.js';
import { explain, say } from './words.js';

const config = JSON.parse(document.getElementById('page-config').textContent);
const stage = new Stage(document.getElementById('stage'));

async function start() {
  const page = await get(`/api/pages/${config.page}/`);
  const versions = numbered(page.versions);
  const find = (id) => versions.find((version) => version.id === id);
  for (const option of document.querySelectorAll('#compare-form option')) {
    const version = find(Number(option.value));
    option.textContent = `${say('version.n', { n: version.n })} · ${inWords(version, versions)}`;
  }
  await stage.showPair(find(config.a), find(config.b));
  document.getElementById('stage-placeholder').hidden = true;
}

startShortcuts(stage);
start().catch((error) => {
  if (outage(error)) reportDown(outage(error));
  document.getElementById('stage-caption').textContent = explain(error);
});
