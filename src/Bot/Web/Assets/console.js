import { morph } from './morph.js';

const $ = id => document.getElementById(id);
const parse = html => new DOMParser().parseFromString(html, 'text/html').body;

// ---- time: relative on the screen, exact in the markup

const ago = seconds => seconds < 5 ? 'just now' : seconds < 60 ? `${Math.floor(seconds)} s ago` : seconds < 3600 ? `${Math.floor(seconds / 60)} min ago`
  : seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86400)} days ago`;
const span = seconds => seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min${seconds % 60 ? ` ${seconds % 60} s` : ''}`
  : `${Math.floor(seconds / 3600)} h${Math.floor(seconds % 3600 / 60) ? ` ${Math.floor(seconds % 3600 / 60)} min` : ''}`;
const arrived = new WeakMap();

function tick() {
  const now = Date.now();
  for (const time of document.querySelectorAll('time[datetime]')) {
    const seconds = (now - Date.parse(time.dateTime)) / 1000;
    const text = seconds >= 0 ? ago(seconds) : `in ${span(Math.ceil(-seconds))}`;
    if (time.textContent !== text) time.textContent = text;
  }
  for (const took of document.querySelectorAll('.took')) {
    const start = took.dataset.took;
    if (!start) continue;
    if (arrived.get(took)?.start !== start) arrived.set(took, { start, at: now });
    const text = span(Number(start) + Math.floor((now - arrived.get(took).at) / 1000));
    if (took.textContent !== text) took.textContent = text;
  }
}

// ---- live: the server sends fragments, the page takes them in place

const atEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 80;

function take({ id, html, into }) {
  const fresh = parse(html).firstElementChild;
  const known = $(id);
  const followed = atEnd();
  if (known) morph(known, fresh);
  else if (into && $(into)) {
    $(into).append(fresh);
    $('empty')?.remove();
    if (followed) window.scrollTo({ top: document.documentElement.scrollHeight });
  }
  tick();
}

function listen() {
  const topic = document.body.dataset.live;
  if (!topic || topic === 'none') return;
  const source = new EventSource(`/live?topic=${encodeURIComponent(topic)}`);
  source.addEventListener('patch', message => take(JSON.parse(message.data)));
  source.addEventListener('open', () => document.body.removeAttribute('data-cut'));
  source.addEventListener('error', () => document.body.setAttribute('data-cut', ''));
}

// ---- saying and clicking

async function send(form, extra = {}) {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body, headers: { 'X-Fragment': '1' } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const html = (await answer.text()).trim();
  if (html) show(html);
}

function show(html) {
  let answers = $('answers');
  if (!answers) {
    answers = document.createElement('div');
    answers.id = 'answers';
    answers.setAttribute('aria-live', 'polite');
    $('main').append(answers);
  }
  answers.append(...parse(html).children);
  while (answers.children.length > 20) answers.firstElementChild.remove();
  $('empty')?.remove();
  answers.lastElementChild?.scrollIntoView({ block: 'nearest' });
  tick();
}

const failed = () => show('<div class="answer"><p class="notice tone-bad">The bot did not answer. Nothing may have been done: look before trying again.</p></div>');

function ask(asks) {
  const dialog = $('ask');
  const why = asks.value === 'reason';
  $('ask-title').textContent = asks.dataset.title;
  $('ask-text').textContent = asks.dataset.text ?? '';
  $('ask-yes').textContent = asks.dataset.yes;
  $('ask-no').textContent = asks.dataset.no;
  $('ask-why').hidden = !why;
  $('ask-reason').required = why;
  $('ask-reason').value = '';
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes' ? { sure: 'yes', reason: $('ask-reason').value } : null), { once: true }));
}

document.addEventListener('submit', async event => {
  const form = event.target;
  if (form.matches('.act')) {
    event.preventDefault();
    const asks = form.elements.asks;
    const extra = asks ? await ask(asks) : {};
    if (!extra) return;
    // Not disabled while it is sent: that would take the focus away.
    if (form.dataset.sending) return;
    form.dataset.sending = 'yes';
    try { await send(form, extra); } catch { failed(); } finally { delete form.dataset.sending; }
  } else if (form.id === 'composer') {
    event.preventDefault();
    const words = $('words');
    const said = words.value.trim();
    if (!said) return;
    remember(said);
    try {
      await send(form);
      words.value = '';
      form.elements.delivery.value = crypto.randomUUID().replaceAll('-', '');
    } catch { failed(); }
    words.focus();
  }
});

// ---- what was said before, by arrow up and down

const said = JSON.parse(sessionStorage.getItem('said') ?? '[]');
let back = said.length;

function remember(text) {
  if (said.at(-1) !== text) said.push(text);
  sessionStorage.setItem('said', JSON.stringify(said.slice(-50)));
  back = said.length;
}

document.addEventListener('keydown', event => {
  const typing = event.target.matches?.('input, textarea, select');
  if (event.key === '/' && !typing && $('words')) {
    event.preventDefault();
    $('words').focus();
  } else if (event.target.id === 'words' && (event.key === 'ArrowUp' || event.key === 'ArrowDown') && said.length) {
    event.preventDefault();
    back = Math.min(said.length, Math.max(0, back + (event.key === 'ArrowUp' ? -1 : 1)));
    event.target.value = said[back] ?? '';
  }
});

document.addEventListener('click', event => {
  const fill = event.target.closest?.('[data-fill]');
  if (!fill) return;
  $('words').value = fill.dataset.fill;
  $('words').focus();
});

document.addEventListener('change', event => {
  if (event.target.matches('[data-submits]')) event.target.form.submit();
});

setInterval(tick, 1000);
tick();
listen();
if ($('feed')) {
  window.scrollTo({ top: document.documentElement.scrollHeight });
  if (matchMedia('(pointer: fine)').matches) $('words').focus({ preventScroll: true });
}
