import { join, resolve } from 'node:path';

/** Shells with a completion script. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * The script that a shell reads at its start. At each Tab it asks the program with `xkd complete`. If the shell knows
 * no command `xkd`, the script defines one, because shells can't complete what follows `npx`.
 */
export function completionScript(shell: Shell): string {
  const project = resolve(__dirname, '..', '..', '..', '..');
  const quote = shell === 'fish' ? quoteForFish : quoteForShell;
  const node = quote(process.execPath);
  const ask = `${node} ${quote(join(__dirname, '..', 'main.js'))} complete --`;
  const run = `${node} ${quote(join(project, 'scripts', 'xkd.mjs'))}`;
  return { bash, zsh, fish }[shell](ask, run);
}

/** A word quoted for `sh`. */
function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function quoteForFish(word: string): string {
  return `'${word.replace(/['\\]/g, '\\$&')}'`;
}

/** Bash splits words at `=`, so the script reads the whole line and returns only what follows the `=`. */
function bash(ask: string, run: string): string {
  return `# Completion of xkd for bash; written by: xkd completion bash
command -v xkd >/dev/null || xkd() { ${run} "$@"; }

_xkd_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" candidate typed
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  typed="\${words[\${#words[@]} - 1]}"
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    if [[ $typed == *=* && $COMP_WORDBREAKS == *=* ]]; then candidate="\${candidate#"\${typed%=*}="}"; fi
    COMPREPLY+=("$candidate")
  done < <(${ask} "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}

complete -o default -F _xkd_complete xkd
`;
}

function zsh(ask: string, run: string): string {
  return `#compdef xkd
# Completion of xkd for zsh, to be read behind compinit; written by: xkd completion zsh
(( $+commands[xkd] || $+functions[xkd] )) || xkd() { ${run} "$@" }

_xkd() {
  local line
  local -a words_there keys
  for line in "\${(@f)$(${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    local text="\${line%%$'\\t'*}" help=""
    [[ $line == *$'\\t'* ]] && help=":\${line#*$'\\t'}"
    [[ -z $text ]] && continue
    if [[ $text == *= ]]; then keys+=("\${text//:/\\\\:}$help"); else words_there+=("\${text//:/\\\\:}$help"); fi
  done
  if (( \${#words_there} + \${#keys} == 0 )); then _files; return; fi
  (( \${#words_there} )) && _describe 'xkd' words_there
  (( \${#keys} )) && _describe 'configuration' keys -S ''
  return 0
}

compdef _xkd xkd
`;
}

function fish(ask: string, run: string): string {
  return `# Completion of xkd for fish; written by: xkd completion fish
if not type -q xkd
  function xkd
    ${run} $argv
  end
end

function __xkd_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (${ask} $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end

complete -c xkd -f -a '(__xkd_complete)'
`;
}
