# Completion of changectl for fish. Once: changectl completion fish > ~/.config/fish/completions/changectl.fish
function __changectl_words
    set -l done (commandline -opc)
    set -l current (commandline -ct)
    changectl completion words -- $done[2..-1] "$current" 2>/dev/null </dev/null
end
complete -c changectl -f -k -a '(__changectl_words)'
