// What the shop's pages do when a script may run. Every page works without it.
'use strict';
(() => {
  const $ = (selector, root) => [...(root || document).querySelectorAll(selector)];

  // The card shows what is being written, and how much room is left.
  for (const text of $('[data-preview]')) {
    const card = document.getElementById(text.dataset.preview);
    const hint = document.getElementById(text.id + '-hint');
    const show = () => {
      card.textContent = text.value || text.dataset.empty;
      hint.textContent = hint.dataset.count.replace('{n}', [...text.value].length).replace('{most}', hint.dataset.most);
    };
    text.addEventListener('input', show);
    if (text.value) show();
  }

  // Copy buttons appear where copying is possible.
  if (navigator.clipboard) {
    for (const button of $('[data-copy]')) {
      const word = $('[data-word]', button)[0];
      const before = word.textContent;
      button.hidden = false;
      button.addEventListener('click', async () => {
        try {
          await navigator.clipboard.writeText(button.dataset.copy);
        } catch {
          return; // not allowed: the datum beside the button can still be selected
        }
        word.textContent = button.dataset.done;
        setTimeout(() => { word.textContent = before; }, 2000);
      });
    }
  }

  // The hold clock runs; when it ends, the page says what became of the order.
  for (const clock of $('[data-until]')) {
    const until = Date.parse(clock.dataset.until);
    const two = (n) => String(n).padStart(2, '0');
    const tick = () => {
      const left = Math.floor((until - Date.now()) / 1000);
      if (left <= 0) return location.reload();
      const minutes = Math.floor(left / 60);
      clock.textContent = minutes < 60 ? two(minutes) + ':' + two(left % 60)
        : Math.floor(minutes / 60) + ':' + two(minutes % 60) + ' h';
      setTimeout(tick, 1000);
    };
    if (until > Date.now()) tick();
  }

  // The hours of the delivery in the reader's own time, where that is another one.
  const local = (root) => {
    const home = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const note of $('[data-local]', root)) {
      const hour = (text, zone) => new Date(text).toLocaleTimeString(document.documentElement.lang,
        { hour: 'numeric', minute: '2-digit', timeZone: zone });
      if (hour(note.dataset.from, home) === hour(note.dataset.from, 'America/Caracas')) continue;
      note.textContent = note.dataset.local.replace('{from}', hour(note.dataset.from, home)).replace('{to}', hour(note.dataset.to, home));
      note.hidden = false;
    }
  };
  local(document);
  document.addEventListener('htmx:afterSwap', (event) => local(event.target));

  // The button of a product repeats the day that is chosen.
  for (const days of $('[data-button]')) {
    const button = document.getElementById(days.dataset.button);
    days.addEventListener('change', (event) => { if (event.target.dataset.say) button.textContent = event.target.dataset.say; });
  }

  // A chosen day that lies outside its row of days is moved into sight.
  for (const row of $('.days')) {
    const chosen = $('.choice:has(:checked)', row)[0];
    if (chosen && chosen.offsetLeft + chosen.offsetWidth > row.clientWidth) row.scrollLeft = chosen.offsetLeft - 16;
  }

  // The receipt that was picked shows its name.
  for (const input of $('[data-file]')) {
    const name = document.getElementById(input.dataset.file);
    const before = name.textContent;
    input.addEventListener('change', () => { name.textContent = input.files.length ? input.files[0].name : before; });
  }

  // A form is sent once, however often its button is pressed.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = '1';
  });
  addEventListener('pageshow', () => { for (const form of $('form[data-sent]')) delete form.dataset.sent; });

  // The open menu closes with Escape and with a press elsewhere.
  for (const menu of $('details.burger')) {
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && menu.open) { menu.open = false; $('summary', menu)[0].focus(); }
    });
    document.addEventListener('click', (event) => { if (menu.open && !menu.contains(event.target)) menu.open = false; });
  }

  // With htmx the days and filters answer at once; the buttons that do it by hand may go.
  if (window.htmx) document.documentElement.classList.add('live');
})();
