// The admin pages work without this file; it saves a few round trips.
const token = document.querySelector('input[name=_csrf]')?.value ?? '';

function livePreview(source) {
  const target = document.getElementById(source.dataset.preview);
  let timer;
  let latest = 0;
  const update = async () => {
    const mine = ++latest;
    const body = new URLSearchParams({ _csrf: token, body: source.value });
    const answer = await fetch('/admin/pages/preview/fragment', { method: 'POST', body }).catch(
      () => undefined,
    );
    if (mine !== latest || !answer?.ok || answer.redirected) return;
    target.innerHTML = await answer.text();
    target.hidden = source.value.trim() === '';
  };
  source.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(update, 350);
  });
  if (source.value !== '') void update();
}

function uploadInPlace(row) {
  const status = row.querySelector('[role=status]');
  row.hidden = false;
  document.querySelector('[data-no-upload]').hidden = true;
  row.querySelector('input').addEventListener('change', async ({ target }) => {
    const [file] = target.files;
    if (file === undefined) return;
    status.textContent = 'Uploading…';
    const body = new FormData();
    body.append('file', file);
    const headers = { 'x-csrf-token': token, accept: 'application/json' };
    const answer = await fetch(row.dataset.upload, { method: 'POST', body, headers }).catch(() => undefined);
    const result = await answer?.json().catch(() => undefined);
    if (answer?.ok && result?.url) addPicture(result);
    status.textContent = answer?.ok
      ? 'Uploaded and chosen.'
      : (result?.error?.message ?? 'That did not work.');
    target.value = '';
  });
}

function addPicture({ path, url, name }) {
  const label = document.createElement('label');
  label.className = 'picture';
  const input = Object.assign(document.createElement('input'), {
    ...{ type: 'radio', name: 'heroPath', checked: true },
    value: path,
  });
  const image = Object.assign(document.createElement('img'), { src: url, alt: name ?? path });
  label.append(input, image);
  document.querySelector('[data-pictures] .none').after(label);
}

for (const source of document.querySelectorAll('[data-preview]')) livePreview(source);
for (const row of document.querySelectorAll('[data-upload]')) uploadInPlace(row);
document.getElementById('errors')?.focus();
