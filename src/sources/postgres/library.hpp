#pragma once

#include <libpq-fe.h>

#include "core/late_library.hpp"

namespace prevision::sources::postgres {

/// The functions of libpq. It brings Kerberos and LDAP with it, which takes as long to load as half a short
/// command; so it is loaded by the first use.
struct Library : private LateLibrary {
    /// Error internal when it cannot be loaded.
    Library();

    decltype(::PQclear)* clear = find("PQclear");
    decltype(::PQconnectPoll)* connect_poll = find("PQconnectPoll");
    decltype(::PQconnectStartParams)* connect_start_params = find("PQconnectStartParams");
    decltype(::PQconnectionNeedsPassword)* connection_needs_password = find("PQconnectionNeedsPassword");
    decltype(::PQdescribePrepared)* describe_prepared = find("PQdescribePrepared");
    decltype(::PQerrorMessage)* error_message = find("PQerrorMessage");
    decltype(::PQexec)* exec = find("PQexec");
    decltype(::PQexecParams)* exec_params = find("PQexecParams");
    decltype(::PQfinish)* finish = find("PQfinish");
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
    decltype(::PQlibVersion)* lib_version = find("PQlibVersion");
    decltype(::PQnfields)* nfields = find("PQnfields");
    decltype(::PQntuples)* ntuples = find("PQntuples");
    decltype(::PQparameterStatus)* parameter_status = find("PQparameterStatus");
    decltype(::PQprepare)* prepare = find("PQprepare");
    decltype(::PQresStatus)* res_status = find("PQresStatus");
    decltype(::PQresultErrorField)* result_error_field = find("PQresultErrorField");
    decltype(::PQresultStatus)* result_status = find("PQresultStatus");
    decltype(::PQsendQueryParams)* send_query_params = find("PQsendQueryParams");
    decltype(::PQsetErrorVerbosity)* set_error_verbosity = find("PQsetErrorVerbosity");
    decltype(::PQsetNoticeProcessor)* set_notice_processor = find("PQsetNoticeProcessor");
    decltype(::PQsetSingleRowMode)* set_single_row_mode = find("PQsetSingleRowMode");
    decltype(::PQsocket)* socket = find("PQsocket");
    decltype(::PQsslAttribute)* ssl_attribute = find("PQsslAttribute");
    decltype(::PQsslInUse)* ssl_in_use = find("PQsslInUse");
    decltype(::PQstatus)* status = find("PQstatus");
    decltype(::PQuser)* user = find("PQuser");
};

/// The one that is loaded. Any thread.
const Library& pq();

}  // namespace prevision::sources::postgres
