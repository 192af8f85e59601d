// Moments and durations in the reader's language and zone, counting on by themselves.

// The reader's clock may be off: what is told is by the bot's.
const skew = Number(document.documentElement.dataset.now) - Date.now();
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const units = [[86400, 'day'], [3600, 'hour'], [60, 'minute']];

function distance(seconds) {
  const unit = units.find(([size]) => Math.abs(seconds) >= size);
  if (unit) return relative.format(Math.trunc(seconds / unit[0]), unit[1]);
  return seconds > 0 ? relative.format(Math.ceil(seconds), 'second') : seconds > -10 ? 'just now' : relative.format(Math.ceil(seconds / 10) * 10, 'second');
}

function clock(at, now) {
  const sameDay = at.toDateString() === now.toDateString();
  return at.toLocaleString(undefined, { ...(sameDay ? {} : { month: 'short', day: 'numeric' }), hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

// As the bot writes them.
function span(seconds) {
  const two = (large, unit, small, smaller) => small ? `${large} ${unit} ${small} ${smaller}` : `${large} ${unit}`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  if (seconds < 172800) return two(Math.floor(seconds / 3600), 'h', Math.floor(seconds % 3600 / 60), 'min');
  return `${Math.floor(seconds / 86400)} days`;
}

// Cards say their moments in UTC, for everybody the same; whoever reads both has to know which these are.
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: 'short' }).formatToParts(Date.now()).find(part => part.type === 'timeZoneName')?.value ?? 'local';

const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

export function tell() {
  const now = new Date(Date.now() + skew);
  for (const time of document.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    write(time, 'clock' in time.dataset ? clock(at, now) : distance((at - now) / 1000));
  }
  for (const element of document.querySelectorAll('[data-zone]')) write(element, zone);
  for (const took of document.querySelectorAll('[data-since].took')) write(took, span(Math.max(0, Math.floor(now / 1000 - Number(took.dataset.since)))));
}
