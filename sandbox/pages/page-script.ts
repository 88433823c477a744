/**
 * What the pages do with JavaScript: they notice changes within a second and show them in place, send forms
 * without losing the place on the page, tick on click and take cards by drag and drop. All of it works without, too.
 */
export const PAGE_SCRIPT = `
(() => {
  const root = document.documentElement;
  const main = () => document.querySelector('main');
  const status = document.querySelector('.status');
  let sending = false, dragging = null, down = false;
  root.classList.add('js');

  const decorate = () => {
    for (const box of document.querySelectorAll('.task-box')) box.disabled = false;
    for (const tile of document.querySelectorAll('.tile')) tile.draggable = true;
  };
  const say = (text, link) => {
    if (status.dataset.said === text) return;
    status.dataset.said = text;
    status.textContent = text;
    if (!text || !link) return;
    const anchor = document.createElement('a');
    anchor.href = location.href;
    anchor.textContent = link;
    status.append(' ', anchor);
  };
  const changed = (field) =>
    field.matches('.task-box') ? false
    : field.type === 'checkbox' ? field.checked !== field.defaultChecked
    : field.matches('select') ? [...field.options].some((it, at) => it.selected !== it.defaultSelected
        && !(at === 0 && it.selected && ![...field.options].some((other) => other.defaultSelected)))
    : field.value !== field.defaultValue;
  const isTyping = () => {
    const active = document.activeElement;
    if (active && main().contains(active) && active.matches('textarea,select,input:not([type=checkbox])')) return true;
    return [...main().querySelectorAll('textarea,select,input:not([type=hidden])')].some(changed);
  };
  const show = (text) => {
    const next = new DOMParser().parseFromString(text, 'text/html');
    if (!next.querySelector('main')) return;
    const focused = document.activeElement && document.activeElement.id;
    const open = [...document.querySelectorAll('main details[id][open]')].map((it) => it.id);
    const scrolled = [...document.querySelectorAll('main [data-keep-scroll]')].map((it) => it.scrollLeft);
    main().replaceWith(document.adoptNode(next.querySelector('main')));
    for (const id of open) { const it = document.getElementById(id); if (it) it.open = true; }
    document.querySelectorAll('main [data-keep-scroll]').forEach((it, at) => { it.scrollLeft = scrolled[at] || 0; });
    const sheet = document.querySelector('#label-colours'), nextSheet = next.querySelector('#label-colours');
    if (sheet && nextSheet && sheet.getAttribute('href') !== nextSheet.getAttribute('href')) sheet.href = nextSheet.href;
    document.title = next.title;
    root.dataset.version = next.documentElement.dataset.version;
    decorate();
    if (focused) { const it = document.getElementById(focused); if (it) it.focus({ preventScroll: true }); }
    say('');
  };
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    const text = await answer.text();
    if (!sending && !isTyping() && !dragging) show(text);
  };
  const look = async () => {
    if (document.hidden || sending || dragging || down) return;
    try {
      const version = (await (await fetch(root.dataset.poll)).text()).trim();
      if (version === root.dataset.version) return say('');
      if (isTyping() || main().dataset.hold !== undefined) return say('This page has changed meanwhile.', 'Show it');
      await refresh();
    } catch { say('The sandbox does not answer. Is it still running?'); }
  };
  document.addEventListener('visibilitychange', () => void look());
  const loop = async () => { await look(); setTimeout(loop, 1000); };

  const send = async (form, submitter) => {
    sending = true;
    try {
      const body = new URLSearchParams(new FormData(form, submitter));
      const answer = await fetch(form.action, { method: 'POST', body });
      show(await answer.text());
      const notice = document.querySelector('main .notice');
      if (notice) { notice.focus({ preventScroll: true }); notice.scrollIntoView({ block: 'center' }); }
    } catch { say('The sandbox does not answer; nothing was sent.'); }
    sending = false;
  };
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post' || !main().contains(form)) return;
    event.preventDefault();
    if (!sending) void send(form, event.submitter);
  });
  document.addEventListener('change', (event) => {
    if (!event.target.matches('.task-box')) return;
    const button = event.target.nextElementSibling;
    button.form.requestSubmit(button);
  });
  // A swap between press and release would swallow the click.
  document.addEventListener('pointerdown', () => { down = true; });
  for (const name of ['pointerup', 'pointercancel', 'dragend']) document.addEventListener(name, () => { down = false; });

  document.addEventListener('dragstart', (event) => { dragging = event.target.closest && event.target.closest('.tile'); });
  document.addEventListener('dragend', () => { dragging = null; mark(null); });
  const mark = (column) => { for (const it of document.querySelectorAll('.column')) it.classList.toggle('over', it === column); };
  document.addEventListener('dragover', (event) => {
    const column = dragging && event.target.closest('.column');
    mark(column);
    if (column) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    const column = dragging && event.target.closest('.column');
    if (!column) return;
    event.preventDefault();
    const form = dragging.querySelector('form');
    dragging = null;
    mark(null);
    if (!form || form.elements.from.value === column.dataset.list) return;
    form.elements.to.value = column.dataset.list;
    form.requestSubmit();
  });
  decorate();
  void loop();
})();
`;
