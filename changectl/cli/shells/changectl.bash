# Completion of changectl for bash. In ~/.bashrc: source <(changectl completion bash)
_changectl() {
  local IFS=$'\n'
  # Candidates are letters, digits and . _ / - alone: nothing here is split or globbed that should not be.
  # shellcheck disable=SC2207
  COMPREPLY=($(changectl completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null))
  case ${COMPREPLY[0]-} in */) compopt -o nospace 2>/dev/null ;; esac
  return 0
}
complete -o default -o nosort -F _changectl changectl 2>/dev/null || complete -o default -F _changectl changectl
