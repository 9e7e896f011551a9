// The media library works without this file; it adds dropping files, copying addresses and asking before deleting.
const form = document.querySelector('form.upload');
const zone = form?.querySelector('[data-drop]');
const input = form?.querySelector('input[type=file]');

function hasFiles(event) {
  return event.dataTransfer?.types.includes('Files') === true;
}

function acceptDrops() {
  zone.querySelector('[data-drop-hint]').hidden = false;
  zone.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.classList.add('over');
  });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    zone.classList.remove('over');
    input.files = event.dataTransfer.files;
  });
}

function offerCopy(button) {
  const address = button.parentElement.querySelector('[data-copy]');
  button.hidden = false;
  button.addEventListener('click', async () => {
    address.select();
    await navigator.clipboard?.writeText(address.value).catch(() => undefined);
    button.textContent = 'Copied';
  });
}

if (zone && input) acceptDrops();
for (const button of document.querySelectorAll('[data-copy-button]')) offerCopy(button);
for (const button of document.querySelectorAll('[data-confirm]')) {
  button.addEventListener('click', (event) => {
    if (!confirm(button.dataset.confirm)) event.preventDefault();
  });
}
