// Makes the console's pages live. Without it they work too: forms are sent, and pages are asked for again.

import { tell } from './times.js';
import { follow, toEnd } from './live.js';
import { catchForms } from './forms.js';
import { compose } from './composer.js';

document.documentElement.dataset.live = '';
catchForms();
compose();
tell();
setInterval(tell, 1000);

// On a phone the names of the pages are wider than it: where one is stays in sight.
const here = document.querySelector('.top nav [aria-current]');
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;
follow();

if (document.body.dataset.topic === 'chat') {
  history.scrollRestoration = 'manual';
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named) named.scrollIntoView({ block: 'center' }); else toEnd();
  // On a phone the keyboard would cover the page.
  if (matchMedia('(pointer: fine)').matches) document.getElementById('words').focus({ preventScroll: true });
}

// On paper nothing unfolds.
window.addEventListener('beforeprint', () => { for (const fold of document.querySelectorAll('details')) fold.open = true; });
