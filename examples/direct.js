// The client module comes from Recto itself; this page needs nothing else.
const status = document.querySelector('[role=status]');

async function clean(form) {
  const recto = form.recto.value;
  const { FastAPIClient } = await import(`${recto}/static/recto/fastapi-client.js`);
  const client = new FastAPIClient(`${recto}/api/fastapi`, { token: form.token.value });
  const result = await client.autoProcess(form.page.files[0], true);
  const image = document.querySelector('img');
  image.src = `data:image/png;base64,${result.output.image_base64}`;
  image.hidden = false;
  status.textContent = `Completed in ${result.processing.seconds.toFixed(2)} s`;
}

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  status.textContent = 'Working …';
  try {
    await clean(event.target);
  } catch (error) {
    status.textContent = error.message;
  }
});
