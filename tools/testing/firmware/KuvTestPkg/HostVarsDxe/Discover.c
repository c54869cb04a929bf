// SPDX-License-Identifier: BSD-2-Clause-Patent
// Finds the device through the fw_cfg file etc/hardware-info.

#include "HostVarsDxe.h"

#include <Library/BaseLib.h>
#include <Library/MemoryAllocationLib.h>
#include <Library/QemuFwCfgLib.h>

#define HW_INFO_FILE         "etc/hardware-info"
#define HW_INFO_MAX          SIZE_64KB
#define HW_TYPE_UEFI_VARS    2
#define HW_RECORD_HEADER     (2 * sizeof (UINT64))

/**
  Walk the records {type, size, bytes[size]} for the one of this device.

  A record that claims more than is left ends the walk; those before it count.

  @param[in]  Blob   Content of the file, no alignment assumed.
  @param[in]  Left   Its length in bytes.
  @param[out] Base   Payload of the record; written only on success.

  @return NULL on success, else the reason in plain words.
**/
STATIC
CONST CHAR8 *
ParseHardwareInfo (
  IN  CONST UINT8  *Blob,
  IN  UINTN        Left,
  OUT UINT64       *Base
  )
{
  UINT64  Type;
  UINT64  Size;
  UINT64  Found;
  UINTN   NrFound;

  NrFound = 0;
  Found   = 0;
  while (Left >= HW_RECORD_HEADER) {
    Type  = ReadUnaligned64 ((CONST UINT64 *)Blob);
    Size  = ReadUnaligned64 ((CONST UINT64 *)(Blob + sizeof (UINT64)));
    Blob += HW_RECORD_HEADER;
    Left -= HW_RECORD_HEADER;
    if (Size > Left) {
      break;
    }

    if (Type == HW_TYPE_UEFI_VARS) {
      if (Size < sizeof (UINT64)) {
        return HW_INFO_FILE " has a uefi-vars record without an address";
      }

      Found = ReadUnaligned64 ((CONST UINT64 *)Blob);
      NrFound++;
    }

    Blob += Size;
    Left -= (UINTN)Size;
  }

  if (NrFound == 0) {
    return HW_INFO_FILE " has no uefi-vars record";
  }

  if (NrFound > 1) {
    return HW_INFO_FILE " has more than one uefi-vars record";
  }

  *Base = Found;
  return NULL;
}

CONST CHAR8 *
HostVarsDiscover (
  OUT UINT64  *Base
  )
{
  FIRMWARE_CONFIG_ITEM  Item;
  UINTN                 Size;
  UINT8                 *Blob;
  CONST CHAR8           *Problem;

  if (RETURN_ERROR (QemuFwCfgFindFile (HW_INFO_FILE, &Item, &Size))) {
    return "fw_cfg has no file " HW_INFO_FILE;
  }

  if ((Size == 0) || (Size > HW_INFO_MAX)) {
    return HW_INFO_FILE " is empty or larger than 64 KiB";
  }

  Blob = AllocatePool (Size);
  if (Blob == NULL) {
    return "out of memory";
  }

  QemuFwCfgSelectItem (Item);
  QemuFwCfgReadBytes (Size, Blob);
  Problem = ParseHardwareInfo (Blob, Size, Base);
  FreePool (Blob);
  return Problem;
}
