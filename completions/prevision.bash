# TAB for prevision in bash: what may come next is the program's to know.
_prevision() {
    local program=${COMP_WORDS[0]/#\~/$HOME} reply
    COMPREPLY=()
    mapfile -t reply < <("$program" complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    case ${reply[0]-} in
        files) compopt -o default -o filenames ;;
        open) compopt -o nospace ;;
    esac
    COMPREPLY=("${reply[@]:1}")
}
complete -F _prevision prevision
