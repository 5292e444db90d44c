# bash completion for rapgo: the options are those that `rapgo --help` prints.
_rapgo() {
  local cur=${COMP_WORDS[COMP_CWORD]} i
  COMPREPLY=()
  # Behind the program everything is its own.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      cache)
        mapfile -t COMPREPLY < <(compgen -W 'list verify clear export import' -- "$cur")
        return ;;
      --* | =*) ;;
      *) [ "${COMP_WORDS[i - 1]}" = = ] || { compopt -o default; return; } ;;
    esac
  done
  case $cur in
    --*)
      mapfile -t COMPREPLY < <(compgen -W "$(rapgo --help 2>/dev/null |
        sed -n 's/^  \(--[a-z-]*\)\(\[\{0,1\}=\{0,1\}\).*/\1\2/p' | sed 's/\[=$//')" -- "$cur")
      [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace ;;
    *)
      compopt -o filenames -o plusdirs
      mapfile -t COMPREPLY < <(compgen -f -X '!*.@(exe|dll)' -- "$cur"; compgen -W cache -- "$cur") ;;
  esac
}
shopt -s extglob
complete -F _rapgo rapgo
