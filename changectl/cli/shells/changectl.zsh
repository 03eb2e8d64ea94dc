#compdef changectl
# Completion of changectl for zsh. In ~/.zshrc, behind compinit: source <(changectl completion zsh)
_changectl() {
  local -a found
  found=(${(f)"$(changectl completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)"})
  (( $#found )) || { _files; return }
  # -V keeps the order: the latest change first. Behind a kind/ its name follows, without a space.
  compadd -V changectl -S '' -- ${(M)found:#*/}
  compadd -V changectl -- ${found:#*/}
}
compdef _changectl changectl
