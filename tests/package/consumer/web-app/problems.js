// Imported first: what goes wrong in the page from then on, also where a driver cannot listen.
const problems = [];
const note = (problem) => {
  problems.push(problem);
  document.documentElement.dataset.problems = JSON.stringify(problems);
};
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  note(`policy: ${violatedDirective} ${blockedURI}`);
});
addEventListener('error', ({ message }) => note(`error: ${message}`));
addEventListener('unhandledrejection', ({ reason }) => note(`unhandled: ${reason}`));
const { error } = console;
console.error = (...parts) => {
  note(`console: ${parts.join(' ')}`);
  error.apply(console, parts);
};
