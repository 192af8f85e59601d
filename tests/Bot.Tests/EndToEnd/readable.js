// What is wrong with a page for those who hear it, who see little, or who hold a phone. Gives a JSON list of sentences.
() => {
  const faults = [];
  const seen = element => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && element.getClientRects().length > 0;
  const words = element => element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);

  // Colours as they are computed, laid over each other (WCAG 2.2, 1.4.3). A canvas turns every way of writing one into bytes.
  const brush = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const bytes = colour => {
    if (!known.has(colour)) {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const ground = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.push(bytes(getComputedStyle(at).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map(one => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const checked = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || checked.has(element) || !seen(element) || element.closest('.unseen, .skip, dialog:not([open]), script, style, noscript')) continue;
    checked.add(element);
    const style = getComputedStyle(element);
    const under = ground(element);
    const [a, b] = [light(over(bytes(style.color), under)), light(under)].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) faults.push(`"${words(element)}" has a contrast of ${ratio.toFixed(2)}`);
  }

  // Everything that can be used has a name.
  const named = element => element.getAttribute('aria-label') || element.labels?.length || element.title
    || element.getAttribute('aria-labelledby')?.split(' ').some(id => document.getElementById(id)?.textContent.trim()) || (element.matches('button, a, summary') && element.textContent.trim());
  for (const element of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [role=region], [role=progressbar], dialog[open]')) {
    if (seen(element) && !named(element)) faults.push(`${element.tagName.toLowerCase()} without a name: ${element.outerHTML.slice(0, 80)}`);
  }
  for (const image of document.querySelectorAll('img:not([alt]), svg:not([aria-hidden]):not([aria-label]):not([role=img])')) {
    if (seen(image) && !image.closest('[aria-hidden], [role=img]')) faults.push(`picture without words: ${image.outerHTML.slice(0, 60)}`);
  }

  // One main part, one first heading, and no level left out on the way down.
  if (document.querySelectorAll('main').length !== 1) faults.push('not exactly one main part');
  if (!document.documentElement.lang) faults.push('the page does not say its language');
  if (document.querySelectorAll('h1').length !== 1) faults.push(`${document.querySelectorAll('h1').length} first headings`);
  let level = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    if (heading.closest('dialog:not([open])')) continue;
    const now = Number(heading.tagName[1]);
    if (now > level + 1) faults.push(`h${now} after h${level}: "${words(heading)}"`);
    level = now;
  }
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) faults.push(`two elements are called ${id}`);
  for (const list of document.querySelectorAll('[aria-labelledby], [aria-describedby]')) {
    for (const id of `${list.getAttribute('aria-labelledby') ?? ''} ${list.getAttribute('aria-describedby') ?? ''}`.split(' ').filter(Boolean)) {
      if (!document.getElementById(id)) faults.push(`nothing is called ${id}`);
    }
  }

  if (document.documentElement.scrollWidth > innerWidth) faults.push(`it is ${document.documentElement.scrollWidth} wide: wider than the screen`);
  return JSON.stringify(faults);
}
