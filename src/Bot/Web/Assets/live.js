// Takes what the bot says has changed, and puts it in place without moving what the reader looks at.

import { morph } from './morph.js';
import { tell } from './times.js';

const parse = html => new DOMParser().parseFromString(html, 'text/html').body.firstElementChild;
const root = document.documentElement;
const atEnd = () => root.scrollHeight - window.innerHeight - window.scrollY < 60;
const inChat = document.body.dataset.topic === 'chat';

export function take(patches) {
  const follows = inChat && atEnd();
  const focused = document.activeElement;
  const card = focused?.closest?.('[data-card]');
  for (const patch of patches) put(patch);
  // The button that was pressed may be gone: whoever uses the keyboard goes on from its card.
  if (card && !focused.isConnected) document.getElementById(card.id)?.querySelector('[id$="-title"]')?.focus({ preventScroll: true });
  tell();
  if (follows) toEnd();
}

export const toEnd = () => window.scrollTo({ top: root.scrollHeight });

function put({ id, html, into, after }) {
  const known = document.getElementById(id);
  if (!html) return void known?.remove();
  const fresh = parse(html);
  if (known) return void morph(known, fresh);
  const list = into && document.getElementById(into);
  if (!list) return;
  document.getElementById('empty')?.remove();
  const before = after && document.getElementById(after);
  if (before?.parentElement === list) before.after(fresh);
  else list.insertBefore(fresh, [...list.children].find(child => Number(child.dataset.at) > Number(fresh.dataset.at)) ?? null);
  fresh.classList.add('new');
}

// A browser keeps few connections to one place, so a page that nobody sees gives its own up and catches up later.
let source = null;
let since = document.body.dataset.since;

function listen() {
  const topic = document.body.dataset.topic;
  if (!topic || source || document.hidden) return;
  source = new EventSource(`/live?topic=${encodeURIComponent(topic)}&since=${encodeURIComponent(since)}`);
  source.addEventListener('patch', message => {
    since = message.lastEventId || since;
    gather(JSON.parse(message.data));
  });
  source.addEventListener('open', () => document.body.removeAttribute('data-cut'));
  source.addEventListener('error', () => {
    document.body.setAttribute('data-cut', '');
    if (source.readyState === EventSource.CLOSED) {
      hangUp();
      setTimeout(listen, 3000);
    }
  });
}

function hangUp() {
  source?.close();
  source = null;
}

let waiting = [];

function gather(patch) {
  if (!waiting.length) requestAnimationFrame(() => {
    const all = waiting;
    waiting = [];
    take(all);
  });
  waiting.push(patch);
}

export function follow() {
  document.addEventListener('visibilitychange', () => document.hidden ? hangUp() : listen());
  window.addEventListener('pagehide', hangUp);
  window.addEventListener('pageshow', listen);
  listen();
}
