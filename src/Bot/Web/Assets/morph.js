// Changes an element into another in place. What stays the same is not touched, so focus, selection, scroll position,
// open folds and half-typed words survive. Elements are known again by `id` or `data-key`.

const keyOf = node => node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || null : null;

export function morph(from, to) {
  if (from.nodeName !== to.nodeName) return void from.replaceWith(to);
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.isEqualNode(to)) return;
  attributes(from, to);
  // A moment's words are the page's own: it tells them in the reader's language and goes on telling.
  if (from.nodeName === 'TIME') return;
  children(from, to);
}

function attributes(from, to) {
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  for (const { name } of [...from.attributes]) {
    const persons = name === 'open' && from.nodeName === 'DETAILS';
    if (!to.hasAttribute(name) && !persons) from.removeAttribute(name);
  }
}

function children(from, to) {
  const wanted = [...to.childNodes];
  const keys = new Set(wanted.map(keyOf).filter(Boolean));
  // What is gone goes first, so that what stays does not have to move: moving an element takes its focus away.
  for (const child of [...from.children]) if (keyOf(child) && !keys.has(keyOf(child))) child.remove();
  const known = new Map([...from.children].filter(keyOf).map(child => [keyOf(child), child]));
  let at = from.firstChild;
  for (const fresh of wanted) {
    const same = known.get(keyOf(fresh));
    if (same) {
      if (same === at) at = at.nextSibling;
      else from.insertBefore(same, at);
      morph(same, fresh);
    } else if (at && !keyOf(at) && !keyOf(fresh) && at.nodeName === fresh.nodeName) {
      const next = at.nextSibling;
      morph(at, fresh);
      at = next;
    } else {
      from.insertBefore(fresh, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}
