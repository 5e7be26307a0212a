# TAB for prevision in fish: what may come next is the program's to know.
function __prevision_complete
    set -l words (commandline -opc)
    set -l current "$(commandline -ct)"
    set -l reply ($words[1] complete fish $words[2..-1] $current 2>/dev/null)
    if test "$reply[1]" = files
        __fish_complete_path $current
    else if test (count $reply) -gt 1
        printf '%s\n' $reply[2..-1]
    end
end
complete -c prevision -f -a '(__prevision_complete)'
