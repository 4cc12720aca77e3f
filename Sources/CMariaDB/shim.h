// The door to the system's libmariadb, the client of MariaDB and MySQL.
#pragma once
#include <mariadb/mysql.h>
#include <mariadb/errmsg.h>
#include <mariadb/mysqld_error.h>
