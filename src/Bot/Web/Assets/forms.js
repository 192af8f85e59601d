// Sends forms without leaving the page, and asks before what is hard to take back.

import { take, toEnd } from './live.js';

const $ = id => document.getElementById(id);
const topic = document.body.dataset.topic;

export async function send(form, extra = {}) {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  let answer;
  try {
    answer = await fetch(form.getAttribute('action'), { method: 'POST', body, headers: { 'X-Fragment': topic || 'page' } });
  } catch {
    return void say('The bot did not answer. Look at the run before trying again: it may have been done.');
  }
  if (!answer.ok) return void say(answer.headers.get('Content-Type')?.startsWith('text/plain') ? await answer.text() : `The bot answered ${answer.status}; nothing more is known. Look at the run before trying again.`);
  const told = await answer.json();
  take(told.patches);
  show(told);
  return told;
}

function show({ go, look }) {
  const element = look && $(look);
  if (element) {
    if (element === element.parentElement.lastElementChild && topic === 'chat') toEnd();
    else element.scrollIntoView({ block: 'nearest' });
  } else if (go && topic !== 'chat') location.assign(go);
}

// What concerns nobody but the reader, for as long as it takes to read.
export function say(text) {
  let note = $('note');
  if (!note) {
    note = document.createElement('p');
    note.id = 'note';
    note.className = 'note';
    note.setAttribute('role', 'alert');
    document.body.append(note);
  }
  note.textContent = text;
  clearTimeout(note.timer);
  note.timer = setTimeout(() => note.remove(), 12000);
}

function ask({ asks, title, text, yes, no, style }) {
  const [dialog, reason] = [$('ask'), $('ask-reason')];
  $('ask-title').textContent = title;
  $('ask-text').textContent = text;
  $('ask-yes').textContent = yes;
  $('ask-yes').className = style;
  $('ask-no').textContent = no;
  $('ask-why').hidden = asks !== 'reason';
  reason.required = asks === 'reason';
  reason.value = '';
  dialog.returnValue = '';
  dialog.showModal();
  (asks === 'reason' ? reason : $('ask-no')).focus();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes' ? { sure: 'yes', reason: reason.value } : null), { once: true }));
}

// By what is sent rather than by form: what changed while an answer was on its way turns a button into another, and that one may be pressed at once.
const sending = new Set();

async function act(form) {
  const what = form.elements.delivery?.value ?? form;
  if (sending.has(what)) return;
  const extra = form.dataset.asks ? await ask(form.dataset) : {};
  if (!extra) return;
  sending.add(what);
  try {
    await send(form, extra);
  } finally {
    sending.delete(what);
  }
}

export function catchForms() {
  document.addEventListener('submit', event => {
    if (!event.target.matches('form.act')) return;
    event.preventDefault();
    act(event.target);
  });
  // What other fields offer follows from this one: the bot makes the form anew, and nothing is done.
  document.addEventListener('change', event => {
    if (event.target.matches?.('[data-leads]')) send(event.target.form, { again: 'yes' });
  });
  // The second half of a double click is no click: by then the button may mean something else.
  document.addEventListener('click', event => {
    if (event.detail > 1 && event.target.closest?.('form.act')) event.preventDefault();
  });
  $('ask-no').addEventListener('click', () => $('ask').close(''));
  $('ask').addEventListener('click', event => { if (event.target === $('ask')) $('ask').close(''); });
  $('who')?.addEventListener('change', event => event.target.form.submit());
}
