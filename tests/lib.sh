# What run-modes and bless share: how a test program is described, compiled and run. Sourced by bash.
#
# A test program is tests/programs/NAME.cs or NAME.il, with its expected standard output and exit status in
# NAME.expected. Lines "// key: value" before its first code line say the rest:
#   args: WORDS      arguments                      env: A=B C=D    environment
#   mcs: WORDS       more compiler options          source: FILE    the program to compile, where it is another's
#   timeout: SEC     (default 60)                   rows: ROW ...   only these rows concern it
#   symbols: KIND    with places in the source: mdb, pdb or embedded
#   always:          in every sample                move: N, deopt: N  how rare the stress events are made
#   generator: FILE  writes the program (`FILE --print NAME`)          peer: dotnet9  blessed there, where mono is wrong (none: nowhere)
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

program_source() {  # NAME → the file that describes it
  local suffix
  for suffix in cs il; do [ -e "$tests/programs/$1.$suffix" ] && { echo "$tests/programs/$1.$suffix"; return; }; done
  echo "no program $1 in tests/programs" >&2
  return 1
}

all_programs() { (cd "$tests/programs" && ls -- *.cs *.il 2>/dev/null | sed 's/\.[a-z]*$//' | sort -u); }

read_program() {  # NAME → args env mcs source symbols generator peer timeout rows always move deopt
  args= env= mcs= source= symbols= generator= peer= timeout=60 rows= always= move=1 deopt=1
  local file line key value
  file=$(program_source "$1") || return 1
  while IFS= read -r line; do
    [[ $line =~ ^//\ ([a-z]+):\ *(.*)$ ]] || { [[ $line == //* ]] && continue; break; }
    key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    case $key in
      args|env|mcs|source|symbols|generator|peer|timeout|rows|move|deopt) printf -v "$key" %s "$value" ;;
      always) always=1 ;;
      *) echo "$file: unknown key '$key'" >&2; return 1 ;;
    esac
  done < "$file"
  [ -z "$symbols" ] || mcs="-debug $mcs"
  if [ -n "$source" ]; then source=$tests/programs/$source; else source=$file; fi
}

compile_program() {  # NAME OUTDIR; prints the compiler's words only where it fails
  local exe=$2/$1.exe log
  read_program "$1" || return 1
  mkdir -p "$2"
  (
    flock 9
    if [ "$exe" -nt "$source" ] && [ "$exe" -nt "$(program_source "$1")" ]; then
      [ -n "$generator" ] && [ -n "$(find "$(dirname "$tests/$generator")" -name '*.py' -newer "$exe")" ] || exit 0
    fi
    if [ -n "$generator" ]; then
      "$tests/$generator" --print "$1" >"$2/$1.il" || exit 1
      source=$2/$1.il
    fi
    case $source in
      *.cs) log=$(mcs -nologo -langversion:latest -optimize+ -unsafe -warn:0 $mcs "-out:$exe.new" "$source" 2>&1) ;;
      *.il) log=$(ilasm -quiet "-output:$exe.new" "$source" 2>&1) ;;
    esac || { printf '%s\n' "$log" | head -n 5 >&2; exit 1; }
    case $symbols in
      mdb) mv "$exe.new.mdb" "$exe.mdb" ;;
      ?*) other_symbols "$symbols" "$exe" "$2" || exit 1 ;;
    esac
    mv "$exe.new" "$exe"
  ) 9>"$2/.$1.lock"
}

# KIND EXE DIR: the .mdb of EXE.new becomes a .pdb, by Mono.Cecil (mcs writes .mdb only).
other_symbols() {
  local tool=$3/symbols.exe cecil
  cecil=$(ls -d /usr/lib/mono/gac/Mono.Cecil/*/Mono.Cecil.dll | sort -V | tail -n 1)
  mkdir -p "$3/.$1"
  mcs -nologo "-r:$cecil" -r:Mono.CompilerServices.SymbolWriter.dll "$tests/symbols.cs" "-out:$tool.$$" >/dev/null && mv "$tool.$$" "$tool" &&
    mono "$tool" "$1" "$2.new" "$3/.$1/${2##*/}" && mv "$3/.$1/${2##*/}" "$2.new" && rm -f "$2.new.mdb" || return 1
  [ "$1" != pdb ] || mv "$3/.$1/$(basename "$2" .exe).pdb" "${2%.exe}.pdb"
}

# Runs a compiled program: run_program EXE COMMAND WORDS...; stdout to $out, stderr to $err; the exit status is the last
# line of $out, in brackets, as in NAME.expected. Uses args, env and timeout from read_program.
run_program() {
  local exe=$1 status=0 load wall
  shift
  # `timeout` is meant for a machine of our own: where others use it too, the clock on the wall runs up to ten times as long.
  load=$(cut -d. -f1 /proc/loadavg 2>/dev/null || echo 0)
  wall=$((timeout * (1 + load / $(nproc))))
  [ "$wall" -le $((timeout * 10)) ] || wall=$((timeout * 10))
  env -u LC_ALL -u LC_CTYPE -u RAPGO_OPTIONS LANG=C.UTF-8 TZ=UTC $env \
    timeout -k 5 "$wall" "$@" "$exe" $args >"$out" 2>"$err" </dev/null || status=$?
  # A line of its own, also where the program's last line is open.
  if [ -s "$out" ] && [ "$(tail -c 1 "$out" | od -An -c | tr -d ' ')" != '\n' ]; then echo >>"$out"; fi
  echo "[exit $status]" >>"$out"
}
