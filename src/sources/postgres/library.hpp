#pragma once

#include <libpq-fe.h>

#include "core/late_library.hpp"

namespace prevision::sources::postgres {

/// The functions of libpq, which is loaded by its first use: loading it, with Kerberos and LDAP, takes half as
/// long as a short command.
struct Library : private LateLibrary {
    /// Error internal when it cannot be loaded.
    Library();

    decltype(::PQclear)* clear = find("PQclear");
    decltype(::PQcmdTuples)* cmd_tuples = find("PQcmdTuples");
    decltype(::PQconnectPoll)* connect_poll = find("PQconnectPoll");
    decltype(::PQconnectStartParams)* connect_start_params = find("PQconnectStartParams");
    decltype(::PQconnectionNeedsPassword)* connection_needs_password = find("PQconnectionNeedsPassword");
    decltype(::PQconsumeInput)* consume_input = find("PQconsumeInput");
    decltype(::PQerrorMessage)* error_message = find("PQerrorMessage");
    decltype(::PQfinish)* finish = find("PQfinish");
    decltype(::PQflush)* flush = find("PQflush");
    decltype(::PQfmod)* fmod = find("PQfmod");
    decltype(::PQfname)* fname = find("PQfname");
    decltype(::PQfreemem)* freemem = find("PQfreemem");
    decltype(::PQftable)* ftable = find("PQftable");
    decltype(::PQftablecol)* ftablecol = find("PQftablecol");
    decltype(::PQftype)* ftype = find("PQftype");
    decltype(::PQgetCopyData)* get_copy_data = find("PQgetCopyData");
    decltype(::PQgetResult)* get_result = find("PQgetResult");
    decltype(::PQgetisnull)* getisnull = find("PQgetisnull");
    decltype(::PQgetlength)* getlength = find("PQgetlength");
    decltype(::PQgetvalue)* getvalue = find("PQgetvalue");
    decltype(::PQisBusy)* is_busy = find("PQisBusy");
    decltype(::PQlibVersion)* lib_version = find("PQlibVersion");
    decltype(::PQnfields)* nfields = find("PQnfields");
    decltype(::PQntuples)* ntuples = find("PQntuples");
    decltype(::PQparameterStatus)* parameter_status = find("PQparameterStatus");
    decltype(::PQresStatus)* res_status = find("PQresStatus");
    decltype(::PQresultErrorField)* result_error_field = find("PQresultErrorField");
    decltype(::PQresultStatus)* result_status = find("PQresultStatus");
    decltype(::PQsendDescribePrepared)* send_describe_prepared = find("PQsendDescribePrepared");
    decltype(::PQsendPrepare)* send_prepare = find("PQsendPrepare");
    decltype(::PQsendQuery)* send_query = find("PQsendQuery");
    decltype(::PQsendQueryParams)* send_query_params = find("PQsendQueryParams");
    decltype(::PQserverVersion)* server_version = find("PQserverVersion");
    decltype(::PQsetErrorVerbosity)* set_error_verbosity = find("PQsetErrorVerbosity");
    decltype(::PQsetNoticeReceiver)* set_notice_receiver = find("PQsetNoticeReceiver");
    decltype(::PQsetSingleRowMode)* set_single_row_mode = find("PQsetSingleRowMode");
    decltype(::PQsetnonblocking)* set_nonblocking = find("PQsetnonblocking");
    decltype(::PQsocket)* socket = find("PQsocket");
    decltype(::PQsslAttribute)* ssl_attribute = find("PQsslAttribute");
    decltype(::PQsslInUse)* ssl_in_use = find("PQsslInUse");
    decltype(::PQstatus)* status = find("PQstatus");
    decltype(::PQuser)* user = find("PQuser");
};

/// The one that is loaded. Any thread.
const Library& pq();

}  // namespace prevision::sources::postgres
