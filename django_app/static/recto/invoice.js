/** The review of an invoice: image, fields, findings, keys and the server meet here. */
import { get, post, remove } from './api.js';
import { ask } from './confirm.js';
import { whileBusy } from './focus.js';
import { health, outage, reportDown } from './health.js';
import { ReadAgain } from './invoice-again.js';
import { hideCandidates, showCandidates } from './invoice-candidates.js';
import { decide } from './invoice-conflict.js';
import { InvoiceFields } from './invoice-fields.js';
import { Findings } from './invoice-findings.js';
import { converted } from './invoice-forms.js';
import { showHistory } from './invoice-history.js';
import { InvoiceImage, readingOf } from './invoice-image.js';
import { InvoiceItems } from './invoice-items.js';
import { startKeys } from './invoice-keys.js';
import { Saving } from './invoice-saving.js';
import { startSheet } from './sheet.js';
import { announce, explain, moment, say } from './words.js';

const CHECKED = 800; // ms until findings that are older than the fields are asked for again

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId('page-config').textContent);
const panel = byId('review');
const confirmButton = byId('confirm-btn');
let invoice = null;
let active = null; // the field that the reader is at

const items = new InvoiceItems({ section: document.querySelector('.items'), row: byId('item-row') });
const fields = new InvoiceFields({ section: byId('fields'), items });
const label = (path) => fields.label(path);
const image =
  byId('stage').dataset.state === 'gone'
    ? null
    : new InvoiceImage({ stage: byId('stage'), place: byId('invoice-pages'), link: byId('page-open') });
const findings = new Findings({
  list: byId('findings'),
  url: config.dismissals,
  isEditable: config.editable,
  here: config.invoice,
  trouble,
});
const saving = new Saving({
  url: config.url,
  version: () => invoice.version,
  decide: (facts, mine) => decide(facts, mine, label),
});
const isEditable = () => config.editable && invoice.state === 'review';

function tell(text) {
  byId('review-status').textContent = text;
}

function trouble(error) {
  if (outage(error)) reportDown(outage(error));
  tell(explain(error));
}

// --- What the server says ------------------------------------------------------------------------------------------

let timer = null;

function show(now) {
  invoice = now;
  const showField = (field, value) =>
    field.show(value, invoice.read[field.path], { isKept: saving.pending.has(field.path), isEditable: isEditable() });
  for (const field of fields.named)
    showField(field, invoice.values.fields[field.path] ?? invoice.values.details[field.path]);
  items.load(invoice, isEditable(), showField);
  findings.show(invoice, fields.byPath);
  showHistory(byId('history-list'), byId('history-count'), invoice, label);
  showState();
  panel.dataset.state = 'ready';
  clearTimeout(timer);
  if (invoice.stale) timer = setTimeout(reload, CHECKED);
}

function showState() {
  const badge = byId('state');
  badge.className = `badge-state badge-${invoice.state}`;
  badge.textContent = say(`invoice.${invoice.state}`);
  byId('state-by').textContent = invoice.confirmed_by
    ? say('invoice.confirmed_by', { who: invoice.confirmed_by, when: moment(invoice.confirmed_at) })
    : '';
  if (!confirmButton) return;
  confirmButton.hidden = !isEditable();
  confirmButton.disabled = false;
  byId('take-back').hidden = invoice.state === 'review';
  byId('again-btn').hidden = byId('delete-btn').hidden = !isEditable();
}

async function load() {
  show(await get(config.url));
  await image?.load(invoice.pages).catch(() => (byId('stage-caption').textContent = say('stage.failed')));
}

const isUnsaved = () => saving.pending.size > 0 || fields.all.some(({ isDirty }) => isDirty);

/**
 * What others have done in the meantime. While something is being typed here, theirs is not taken for seen: to save it
 * then asks. An outage is told by others.
 */
async function reload() {
  try {
    const now = await get(config.url);
    if (now.version === invoice.version || (now.version > invoice.version && !isUnsaved())) show(now);
  } catch (error) {
    if (!outage(error)) trouble(error);
  }
}

saving.addEventListener('saved', ({ detail }) => show(detail));
saving.addEventListener('overtaken', ({ detail }) => show(detail));
saving.addEventListener('trouble', ({ detail }) => trouble(detail));
saving.addEventListener('refused', ({ detail: { path, why, value } }) => {
  const field = fields.byPath.get(path);
  if (field && field.value !== value) return; // something else by now
  field?.refuse(why);
  announce(why);
});
saving.addEventListener('state', ({ detail }) => {
  byId('saving').textContent = detail ? say(`saving.${detail}`) : '';
  if (detail === 'unsaved') announce(say('saving.unsaved'));
});
const stay = (event) => isUnsaved() && event.preventDefault();
addEventListener('beforeunload', stay);
document.addEventListener('visibilitychange', () => document.hidden || !invoice || reload());
health.addEventListener('recovered', () => (invoice ? reload() : start()));

// --- What the reader does ------------------------------------------------------------------------------------------

function put(field, value) {
  if (field.isEditable && (value !== (field.known?.value ?? '') || saving.pending.has(field.path)))
    return saving.put({ [field.path]: value });
  return Promise.resolve();
}

const commit = (field) => (field?.isDirty ? put(field, field.value) : Promise.resolve());

function enter(field) {
  hideCandidates(active);
  active = field;
  image?.point(field.known);
  offer(field);
}

function offer(field) {
  const candidates = invoice?.candidates[field.path] ?? [];
  showCandidates(field, {
    candidates,
    point: (value) => image?.point(value),
    take: (candidate) => take(field, candidate),
  });
}

function take(field, candidate) {
  field.type(candidate.value);
  field.input.focus();
  image?.point(candidate);
  commit(field);
  offer(field);
}

function bind(field) {
  field.input.addEventListener('focus', () => enter(field));
  field.input.addEventListener('input', () => {
    field.raw = '';
    field.type(field.input.value);
  });
  field.input.addEventListener('change', () => commit(field));
  field.undo?.addEventListener('click', () => undo(field));
}

function undo(field = active) {
  if (!field?.isEditable) return;
  field.type(field.read);
  field.input.focus();
  put(field, field.read);
}

fields.named.forEach(bind);
items.addEventListener('row', ({ detail }) => detail.forEach(bind));
items.addEventListener('put', ({ detail }) => saving.put(detail));

image?.addEventListener('word', ({ detail: word }) => {
  if (!active?.isEditable) return tell(say(isEditable() ? 'field.choose' : 'field.settled'));
  const readings = [active.known, ...(invoice.candidates[active.path] ?? [])].filter(Boolean);
  active.raw = word.isMore && active.raw ? `${active.raw} ${word.text}` : word.text;
  const value =
    (!word.isMore && readingOf(readings, word)?.value) || converted(active.kind, active.raw, invoice.currency);
  if (!value) tell(say('field.unfit', { text: word.text, name: label(active.path) }));
  else active.type(value);
  active.input.focus();
  image.point(word);
});

function goTo(field) {
  field.input.focus();
  field.input.select?.();
  field.element.scrollIntoView({ block: 'nearest' });
}

async function confirmed() {
  if (!isEditable()) return next();
  for (const field of fields.all) commit(field);
  await saving.put({});
  if (isUnsaved()) return tell(say('saving.first'));
  if (await turn('confirm')) next();
}

/** Confirms or takes back; false if somebody else was quicker. */
async function turn(verb) {
  try {
    show(await post(`${config.url}${verb}/`, { version: invoice.version }));
    return true;
  } catch (error) {
    if (error.code !== 'overtaken') throw error;
    await decide(error.facts, new Map(), label);
    await reload();
    return false;
  }
}

const next = () => location.assign(config.next);

let again = null;

async function readAgain() {
  again ??= new ReadAgain({
    dialog: byId('again-dialog'),
    url: `${config.url}read-again/`,
    presets: config.presets,
  });
  const how = await again.ask();
  if (!how) return;
  tell(say('again.going'));
  const end = await again.read(how);
  await reload();
  tell(end);
  announce(end);
}

/** With its pages; nothing that was typed is worth asking for any more. */
async function deleted() {
  if (!(await ask(say('invoice.delete.sure', { name: invoice.name }), say('delete'), { danger: true }))) return;
  await remove(config.url);
  removeEventListener('beforeunload', stay);
  next();
}

const act = (button, work) => whileBusy(button, work).catch(trouble);
confirmButton?.addEventListener('click', () => act(confirmButton, confirmed));
byId('delete-btn')?.addEventListener('click', ({ currentTarget }) => act(currentTarget, deleted));
byId('again-btn')?.addEventListener('click', ({ currentTarget }) => act(currentTarget, readAgain));
byId('take-back')?.addEventListener('click', ({ currentTarget }) => act(currentTarget, () => turn('unconfirm')));

startKeys({
  looked: () => {
    const field = active;
    commit(field);
    field?.looked();
    const following = fields.doubtful(1, active);
    if (following) goTo(following);
    else (confirmButton?.hidden === false ? confirmButton : byId('next-invoice')).focus();
  },
  confirm: () => confirmButton && act(confirmButton, confirmed),
  problem: (way) => {
    const found = fields.doubtful(way, active) ?? fields.doubtful(way);
    if (found) goTo(found);
    else announce(say('field.no_problem'));
  },
  walk: (way) => {
    const near = fields.near(active, way);
    if (near) goTo(near);
    else if (way > 0) confirmButton?.focus();
  },
  undo: () => undo(),
  forget: () => active?.type(active.known?.value ?? ''),
  candidate: (index) => active?.element.querySelectorAll('.candidate')[index]?.click(),
  next,
  turn: (by) => image?.turn(by),
});

startSheet(byId('side'), byId('sheet-handle'));

async function start() {
  try {
    await load();
    const first = fields.doubtful(1);
    if (document.activeElement !== document.body) return;
    if (first) goTo(first);
    else (confirmButton?.hidden === false ? confirmButton : byId('next-invoice')).focus();
  } catch (error) {
    trouble(error);
  }
}

start();
