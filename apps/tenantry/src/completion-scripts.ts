/** Each script asks `tenantry complete -- WORDS…` for what may come next: one list to keep, not three. */
const scripts = {
  bash: `# tenantry completion bash
_tenantry() {
  local IFS=$'\\n'
  COMPREPLY=($(tenantry complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tenantry tenantry
`,
  zsh: `#compdef tenantry
# tenantry completion zsh
_tenantry() {
  local -a candidates
  candidates=(\${(f)"$(tenantry complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a candidates
}
compdef _tenantry tenantry
`,
  fish: `# tenantry completion fish
complete -c tenantry -f -a '(tenantry complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
} as const;

export function completionScript(shell: keyof typeof scripts): string {
  return scripts[shell];
}

/** The shells that there is a script for. */
export const shells = ['bash', 'zsh', 'fish'] as const satisfies (keyof typeof scripts)[];
