#pragma once

#include <mysql.h>

#include "core/late_library.hpp"

namespace prevision::sources::mysql {

/// The functions of libmariadb, which is loaded by its first use: it brings OpenSSL, whose loading takes longer than
/// a short command.
struct Library : private LateLibrary {
    /// Error internal when it cannot be loaded.
    Library();

    decltype(::mariadb_get_infov)* get_infov = find("mariadb_get_infov");
    decltype(::mysql_close)* close = find("mysql_close");
    decltype(::mysql_errno)* error_number = find("mysql_errno");
    decltype(::mysql_error)* error = find("mysql_error");
    decltype(::mysql_fetch_fields)* fetch_fields = find("mysql_fetch_fields");
    decltype(::mysql_fetch_lengths)* fetch_lengths = find("mysql_fetch_lengths");
    decltype(::mysql_fetch_row_cont)* fetch_row_cont = find("mysql_fetch_row_cont");
    decltype(::mysql_fetch_row_start)* fetch_row_start = find("mysql_fetch_row_start");
    decltype(::mysql_free_result)* free_result = find("mysql_free_result");
    decltype(::mysql_get_client_info)* get_client_info = find("mysql_get_client_info");
    decltype(::mysql_get_server_info)* get_server_info = find("mysql_get_server_info");
    decltype(::mysql_get_socket)* get_socket = find("mysql_get_socket");
    decltype(::mysql_get_ssl_cipher)* get_ssl_cipher = find("mysql_get_ssl_cipher");
    decltype(::mysql_init)* init = find("mysql_init");
    decltype(::mysql_num_fields)* num_fields = find("mysql_num_fields");
    decltype(::mysql_optionsv)* optionsv = find("mysql_optionsv");
    decltype(::mysql_real_connect_cont)* real_connect_cont = find("mysql_real_connect_cont");
    decltype(::mysql_real_connect_start)* real_connect_start = find("mysql_real_connect_start");
    decltype(::mysql_real_query_cont)* real_query_cont = find("mysql_real_query_cont");
    decltype(::mysql_real_query_start)* real_query_start = find("mysql_real_query_start");
    decltype(::mysql_select_db_cont)* select_db_cont = find("mysql_select_db_cont");
    decltype(::mysql_select_db_start)* select_db_start = find("mysql_select_db_start");
    decltype(::mysql_stmt_bind_result)* stmt_bind_result = find("mysql_stmt_bind_result");
    decltype(::mysql_stmt_close)* stmt_close = find("mysql_stmt_close");
    decltype(::mysql_stmt_errno)* stmt_errno = find("mysql_stmt_errno");
    decltype(::mysql_stmt_error)* stmt_error = find("mysql_stmt_error");
    decltype(::mysql_stmt_execute_cont)* stmt_execute_cont = find("mysql_stmt_execute_cont");
    decltype(::mysql_stmt_execute_start)* stmt_execute_start = find("mysql_stmt_execute_start");
    decltype(::mysql_stmt_fetch)* stmt_fetch = find("mysql_stmt_fetch");
    decltype(::mysql_stmt_fetch_column)* stmt_fetch_column = find("mysql_stmt_fetch_column");
    decltype(::mysql_stmt_init)* stmt_init = find("mysql_stmt_init");
    decltype(::mysql_stmt_param_count)* stmt_param_count = find("mysql_stmt_param_count");
    decltype(::mysql_stmt_prepare_cont)* stmt_prepare_cont = find("mysql_stmt_prepare_cont");
    decltype(::mysql_stmt_prepare_start)* stmt_prepare_start = find("mysql_stmt_prepare_start");
    decltype(::mysql_stmt_result_metadata)* stmt_result_metadata = find("mysql_stmt_result_metadata");
    decltype(::mysql_use_result)* use_result = find("mysql_use_result");
    decltype(::mysql_warning_count)* warning_count = find("mysql_warning_count");
};

/// The one that is loaded. Any thread.
const Library& mariadb();

}  // namespace prevision::sources::mysql
