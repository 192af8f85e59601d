// The line where commands are typed: what was said before by the arrow keys, suggestions as one types.

import { send } from './forms.js';

const $ = id => document.getElementById(id);
const most = 6;
let hints = { commands: [], services: [], runs: [] };
let asked = false;

const kept = `said:${document.body.dataset.person}`;
const said = JSON.parse(sessionStorage.getItem(kept) ?? '[]');
let back = said.length;
let draft = '';

function remember(text) {
  if (said.at(-1) !== text) said.push(text);
  sessionStorage.setItem(kept, JSON.stringify(said.slice(-50)));
  back = said.length;
}

function recall(words, step) {
  if (back === said.length) draft = words.value;
  back = Math.min(said.length, Math.max(0, back + step));
  words.value = said[back] ?? draft;
  words.setSelectionRange(words.value.length, words.value.length);
  suggest(words);
}

// What the word under the cursor could become.
function candidates(before, word) {
  if (!before.length) return hints.commands.map(command => command.name);
  const command = hints.commands.find(one => one.name === before[0].replace(/^\//, ''));
  if (!command) return [];
  if (word.startsWith('-')) return command.options.map(option => `--${option}`).filter(option => !before.includes(option));
  const places = new Set(command.usage.split(/[^A-Z]+/));
  if (places.has('COMMAND')) return hints.commands.map(one => one.name);
  const service = hints.services.find(one => before.includes(one.name));
  const environments = service ? service.environments : [...new Set(hints.services.flatMap(one => one.environments))];
  return [
    ...places.has('RUN') ? hints.runs.map(String) : [],
    ...places.has('SERVICE') && !service ? hints.services.map(one => one.name) : [],
    ...places.has('VERSION') && service && !before.some(one => service.versions.includes(one)) ? service.versions : [],
    ...places.has('ENVIRONMENT') && !before.some(one => environments.includes(one)) ? environments : [],
  ];
}

function found(words) {
  const parts = words.value.trimStart().split(/\s+/);
  const word = parts.pop();
  const bare = parts.length ? word : word.replace(/^\//, '');
  return { parts, word, fitting: candidates(parts, word).filter(one => one !== bare && one.startsWith(bare)).slice(0, most) };
}

function suggest(words) {
  const { parts, word, fitting } = found(words);
  const command = hints.commands.find(one => one.name === (parts[0] ?? word).replace(/^\//, ''));
  $('usage').textContent = command ? command.usage : words.value && !fitting.length && hints.commands.length ? 'Say help to see the commands' : '';
  if (!words.value) $('usage').innerHTML = 'Type a command<span class="keys">; the arrow keys bring back what you said before</span>';
  for (const old of $('hints').querySelectorAll('button')) old.remove();
  if (!words.value && parts.length === 0) return;
  $('usage').before(...fitting.map(text => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'hint';
    button.textContent = text;
    button.dataset.hint = text;
    // Reached by the right arrow at the end of the line; the tab key leads on to the next thing on the page.
    button.tabIndex = -1;
    return button;
  }));
}

function complete(words, text) {
  const { parts } = found(words);
  words.value = [...parts, text, ''].join(' ');
  suggest(words);
}

async function learn() {
  if (asked) return;
  asked = true;
  const answer = await fetch('/words').catch(() => null);
  if (answer?.ok) hints = await answer.json();
  suggest($('words'));
}

function onKey(event) {
  const words = event.target;
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    event.preventDefault();
    recall(words, event.key === 'ArrowUp' ? -1 : 1);
  } else if (event.key === 'ArrowRight' && words.value && words.selectionStart === words.value.length) {
    const first = found(words).fitting[0];
    if (first) {
      event.preventDefault();
      complete(words, first);
    }
  } else if (event.key === 'Escape') {
    words.value = '';
    suggest(words);
  }
}

async function onSubmit(event) {
  event.preventDefault();
  const form = event.target;
  const words = $('words');
  const text = words.value.trim();
  if (!text || form.dataset.sending) return;
  form.dataset.sending = 'yes';
  $('empty')?.remove();
  let told;
  try {
    // Kept on the line until it was heard: a lost connection loses no words, and the same form sent again is the same delivery.
    told = await send(form);
    if (told) {
      remember(text);
      // What was typed meanwhile stays.
      if (words.value.trim() === text) words.value = '';
      form.elements.delivery.value = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
    }
  } finally {
    delete form.dataset.sending;
    suggest(words);
    // What is asked is answered next, unless somebody types on already.
    const question = !words.value && told?.look && $(told.look)?.querySelector('.field :is(input, select)');
    if (question) question.focus();
    else words.focus({ preventScroll: true });
  }
}

export function compose() {
  const words = $('words');
  document.addEventListener('keydown', event => {
    const typing = event.target.closest?.('input, textarea, select, dialog');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (words) words.focus(); else location.assign('/');
  });
  if (!words) return;
  words.addEventListener('focus', learn);
  words.addEventListener('input', () => suggest(words));
  words.addEventListener('keydown', onKey);
  $('composer').addEventListener('submit', onSubmit);
  $('hints').addEventListener('click', event => {
    const hint = event.target.closest('[data-hint]');
    if (!hint) return;
    complete(words, hint.dataset.hint);
    words.focus();
  });
  document.addEventListener('click', event => {
    const example = event.target.closest?.('[data-fill]');
    if (!example) return;
    words.value = example.dataset.fill;
    words.focus();
    suggest(words);
  });
}
