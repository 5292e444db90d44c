#pragma once

namespace rapgo::run::classlib {

// At exit: the terminal as it was found, if managed code changed it. Async-signal-safe enough for a dying process; any thread.
void restore_terminal();

}  // namespace rapgo::run::classlib
