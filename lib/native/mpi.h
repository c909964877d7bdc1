/*
 * The part of the standard binary interface of MPI 5 that ranks.c calls: types, values and signatures are those of the
 * standard's mpi_abi.h, equal in every library that has the interface. The library is opened at run time, so nobody
 * needs MPI to compile this.
 */
#ifndef XKD_MPI_H
#define XKD_MPI_H

#include <stdint.h>

typedef struct MPI_ABI_Comm *MPI_Comm;
typedef struct MPI_ABI_Datatype *MPI_Datatype;
typedef struct MPI_ABI_Errhandler *MPI_Errhandler;
typedef struct MPI_ABI_Request *MPI_Request;
typedef struct {
  int MPI_SOURCE, MPI_TAG, MPI_ERROR;
  int internal[5];
} MPI_Status;

#define MPI_COMM_WORLD ((MPI_Comm)0x101)
#define MPI_ERRORS_RETURN ((MPI_Errhandler)0x143)
#define MPI_REQUEST_NULL ((MPI_Request)0x180)
#define MPI_FLOAT ((MPI_Datatype)0x210)
#define MPI_BYTE ((MPI_Datatype)0x247)
#define MPI_UINT16_T ((MPI_Datatype)0x249)
#define MPI_STATUS_IGNORE ((MPI_Status *)0)

enum {
  MPI_SUCCESS = 0,
  MPI_ANY_SOURCE = -1,
  MPI_THREAD_SERIALIZED = 2048,
  MPI_MAX_ERROR_STRING = 512,
  MPI_MAX_LIBRARY_VERSION_STRING = 8192
};

/* Name and parameters; all return an error code. */
#define XKD_MPI_FUNCTIONS(F)                                                                                   \
  F(MPI_Init_thread, (int *, char ***, int, int *))                                                            \
  F(MPI_Finalize, (void))                                                                                      \
  F(MPI_Comm_rank, (MPI_Comm, int *))                                                                          \
  F(MPI_Comm_size, (MPI_Comm, int *))                                                                          \
  F(MPI_Comm_dup, (MPI_Comm, MPI_Comm *))                                                                      \
  F(MPI_Comm_set_errhandler, (MPI_Comm, MPI_Errhandler))                                                       \
  F(MPI_Error_string, (int, char *, int *))                                                                    \
  F(MPI_Get_library_version, (char *, int *))                                                                  \
  F(MPI_Ialltoall,                                                                                             \
    (const void *, int, MPI_Datatype, void *, int, MPI_Datatype, MPI_Comm, MPI_Request *))                     \
  F(MPI_Iallgather,                                                                                            \
    (const void *, int, MPI_Datatype, void *, int, MPI_Datatype, MPI_Comm, MPI_Request *))                     \
  F(MPI_Ibcast, (void *, int, MPI_Datatype, int, MPI_Comm, MPI_Request *))                                     \
  F(MPI_Isend, (const void *, int, MPI_Datatype, int, int, MPI_Comm, MPI_Request *))                           \
  F(MPI_Irecv, (void *, int, MPI_Datatype, int, int, MPI_Comm, MPI_Request *))                                 \
  F(MPI_Test, (MPI_Request *, int *, MPI_Status *))                                                            \
  F(MPI_Wait, (MPI_Request *, MPI_Status *))                                                                   \
  F(MPI_Cancel, (MPI_Request *))

/* The functions of the opened library. */
typedef struct {
#define XKD_MPI_POINTER(name, parameters) int(*name) parameters;
  XKD_MPI_FUNCTIONS(XKD_MPI_POINTER)
#undef XKD_MPI_POINTER
} MpiFunctions;

#endif
