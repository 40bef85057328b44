// Shows the copy buttons, which need a script: each copies the text of the element that it names.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll('button[data-copy]')) button.hidden = false;
  // On the document: the setup page replaces its steps.
  document.addEventListener('click', async ({ target }) => {
    const button = target.closest('button[data-copy]');
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });
}
