// The door to the system's hiredis.
#pragma once
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
