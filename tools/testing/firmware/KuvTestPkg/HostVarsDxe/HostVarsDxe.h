// SPDX-License-Identifier: BSD-2-Clause-Patent
// Guest driver for a variable service of the host: shared declarations.

#ifndef HOST_VARS_DXE_H_
#define HOST_VARS_DXE_H_

#include <Uefi.h>
#include <Protocol/MmCommunication2.h>

//
// One message with its envelope never exceeds this, on either side.
//
#define HOST_VARS_BUFFER_SIZE  SIZE_64KB

//
// Envelope in front of each message: GUID and 64-bit length.
//
#define HOST_VARS_HEADER_SIZE  OFFSET_OF (EFI_MM_COMMUNICATE_HEADER, Data)

/**
  Say why there are no variables, on debug port and serial line, and stop here.

  Works in every build target: the debug library is compiled out of RELEASE.

  @param[in] Format  Reason, as a PrintLib format without a full stop.
**/
VOID
EFIAPI
HostVarsStop (
  IN CONST CHAR8  *Format,
  ...
  );

/**
  Look up the device's base address in the VMM's hardware-info blob.

  @param[out] Base  Physical address; written only on success.

  @return NULL on success, else the reason in plain words.
**/
CONST CHAR8 *
HostVarsDiscover (
  OUT UINT64  *Base
  );

/**
  Map the device, check it is one, and give it the transfer buffer.

  Does not return when the device is missing or refuses: see HostVarsStop().

  @param[in] Base  Physical address of the register page.
**/
VOID
HostVarsDeviceStart (
  IN UINT64  Base
  );

/**
  Send one message and replace it by the reply of the same length.

  Usable at boot time and at runtime; the caller prevents reentry.

  @param[in,out] Message  Envelope and payload. Unchanged on failure.
  @param[in]     Total    Bytes of both; at most HOST_VARS_BUFFER_SIZE.

  @retval EFI_SUCCESS           The reply is in Message.
  @retval EFI_UNSUPPORTED       The host does not know this kind of message.
  @retval EFI_BAD_BUFFER_SIZE   The host refuses the length.
  @retval EFI_TIMEOUT           The host did not complete in time.
  @retval EFI_DEVICE_ERROR      Anything else, checksum mismatch included.
**/
EFI_STATUS
HostVarsDeviceSend (
  IN OUT VOID   *Message,
  IN     UINTN  Total
  );

/**
  Convert the addresses in use to those the OS has chosen.
**/
VOID
HostVarsDeviceGoVirtual (
  VOID
  );

#endif
