/** What is down, said in a banner; asks quietly until it is back, then takes the banner away and tells `recovered`. */
import { announce, explain, say } from './words.js';

const PROBES = {
  unreachable: '/healthz',
  django_down: '/healthz',
  engine_down: '/api/fastapi/images/health',
  socket_down: null, // the socket itself tries again and says when it is open
};
// What the services call it → what it means on the page
const MEANS = { engine_unavailable: 'engine_down', unavailable: 'django_down', auth_unavailable: 'django_down' };
const down = new Map();

export const health = new EventTarget();

/** The outage that an error means, or null if the services are up and only this request failed. */
export function outage(error) {
  const kind = MEANS[error.code] || error.code;
  return kind in PROBES ? kind : null;
}

/** Asks the engine itself: the outage, or null if it is well. */
export async function engineOutage() {
  const response = await fetch(PROBES.engine_down, { cache: 'no-store' }).catch(() => null);
  if (!response) return 'unreachable';
  return response.ok ? null : 'engine_down';
}

/** A socket that cannot be had: because of itself, or because the whole engine is away? */
export async function whatIsDown(kind) {
  return (kind === 'socket_down' && !down.has(kind) && (await engineOutage())) || kind;
}

export function reportDown(kind) {
  if (down.has(kind)) return;
  const banner = document.createElement('div');
  banner.className = 'banner';
  banner.dataset.outage = kind;
  const icon = Object.assign(document.createElement('i'), { className: 'bi bi-cloud-slash' });
  icon.setAttribute('aria-hidden', 'true');
  const text = document.createElement('span');
  text.textContent = explain({ code: kind });
  banner.append(icon, text);
  document.getElementById('banners').append(banner);
  down.set(kind, { banner, wait: 1000, timer: null });
  if (PROBES[kind]) probeLater(kind);
}

export function reportUp(kind) {
  const entry = down.get(kind);
  if (!entry) return;
  clearTimeout(entry.timer);
  entry.banner.remove();
  down.delete(kind);
  announce(say('back'));
  health.dispatchEvent(new CustomEvent('recovered', { detail: kind }));
}

function probeLater(kind) {
  const entry = down.get(kind);
  entry.timer = setTimeout(async () => {
    const response = await fetch(PROBES[kind], { cache: 'no-store' }).catch(() => null);
    if (response?.ok) return reportUp(kind);
    entry.wait = Math.min(entry.wait * 1.5, 8000);
    if (down.get(kind) === entry) probeLater(kind);
  }, entry.wait);
}
