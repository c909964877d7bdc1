/**
 * The arguments of JupyterLab, computed from given facts only: the user's arguments after `npm start --` are passed on
 * unchanged and take precedence; `{ notebooks, firstNotebook, isRoot, hasScreen }` determines the rest.
 */
export function jupyterArguments(given, { notebooks, firstNotebook, isRoot, hasScreen }) {
  const has = (...names) =>
    given.some((word) => names.some((name) => word === name || word.startsWith(`${name}=`)));
  // -y: Ctrl-C ends it without confirmation.
  const args = ['-y', '--LanguageServerManager.autodetect=False'];
  if (!has('--notebook-dir', '--ServerApp.root_dir', '--ServerApp.notebook_dir'))
    args.push(`--ServerApp.root_dir=${notebooks}`);
  if (!has('--ip', '--ServerApp.ip')) args.push('--ServerApp.ip=127.0.0.1');
  if (!has('--port', '--ServerApp.port')) args.push('--ServerApp.port=8888');
  // A requested port is used, or none.
  else if (!has('--port-retries', '--ServerApp.port_retries')) args.push('--ServerApp.port_retries=0');
  if (!has('--LabApp.default_url', '--ServerApp.default_url') && firstNotebook)
    args.push(`--LabApp.default_url=/lab/tree/${firstNotebook}`);
  if (!has('--MultiKernelManager.default_kernel_name'))
    args.push('--MultiKernelManager.default_kernel_name=tslab');
  if (isRoot && !has('--allow-root')) args.push('--allow-root');
  if (!hasScreen && !has('--no-browser', '--ServerApp.open_browser')) args.push('--no-browser');
  return [...args, ...given];
}

/** The port that the user requested, or undefined. */
export function askedPort(given) {
  for (const [index, word] of given.entries()) {
    const match = /^--(?:ServerApp\.)?port(?:=(.*))?$/.exec(word);
    if (match) return Number(match[1] ?? given[index + 1]);
  }
  return undefined;
}
